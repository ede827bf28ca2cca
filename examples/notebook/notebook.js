// The cells: a text, a question, and what is drawn of its rows (a table where nothing is named).
const { Plot } = globalThis;

const CELLS = [
  {
    text: "Calls a day, by how they ended.",
    sql: "SELECT day, outcome, count(*) AS calls\nFROM calls\nGROUP BY day, outcome\nORDER BY day",
    draw: (rows) =>
      Plot.plot({
        x: { type: "time", label: null },
        color: { legend: true, scheme: "Observable10" },
        marks: [
          Plot.rectY(rows, { x: (row) => new Date(row.day), y: "calls", fill: "outcome", interval: "day", order: "z" }),
          Plot.ruleY([0]),
        ],
      }),
  },
  {
    text: "How long callers wait for an answer, by provider: the middle half, and the middle.",
    sql: "SELECT provider_name, unnest(turn_latencies_ms) AS ms\nFROM calls\nORDER BY random()\nLIMIT 5000",
    draw: (rows) =>
      Plot.plot({
        marginLeft: 130,
        x: { label: "ms", domain: [0, 4000], clamp: true },
        y: { label: null },
        marks: [Plot.boxX(rows, { x: "ms", y: (row) => row.provider_name ?? "not recorded", r: 1 })],
      }),
  },
  {
    text: "Tools: how often each context calls them, and how often that goes well.",
    sql: "SELECT context_name, count(*) AS calls, sum(tool_call_count) AS tool_calls,\n  round(100 * sum(tool_ok_count) / sum(tool_call_count), 1) AS ok_percent\nFROM calls\nGROUP BY context_name\nORDER BY calls DESC",
  },
];

for (const cell of CELLS) document.querySelector("main").append(cellOf(cell));

function cellOf({ text, sql, draw }) {
  const words = Object.assign(document.createElement("p"), { textContent: text });
  const question = Object.assign(document.createElement("textarea"), { value: sql, rows: sql.split("\n").length });
  question.setAttribute("aria-label", `SQL: ${text}`);
  const answer = document.createElement("figure");
  const told = document.createElement("div");
  const run = async () => {
    told.setAttribute("role", "status");
    told.textContent = "Asking …";
    try {
      const { columns, rows, truncated, elapsed_ms } = await ask(question.value);
      answer.replaceChildren(draw ? draw(rows) : tableOf(columns, rows));
      told.textContent = `${rows.length} rows${truncated ? ", and more" : ""}, ${elapsed_ms} ms`;
    } catch (error) {
      told.setAttribute("role", "alert");
      told.textContent = error.message;
    }
  };
  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void run();
  });
  void run();
  const section = document.createElement("section");
  section.append(words, question, answer, told);
  return section;
}

async function ask(sql) {
  const response = await fetch("/api/calls/sql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql, limit: 10_000 }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.message);
  return body;
}

function tableOf(columns, rows) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const { name } of columns)
    head.append(Object.assign(document.createElement("th"), { textContent: name, scope: "col" }));
  const body = table.createTBody();
  for (const row of rows.slice(0, 100)) {
    const line = body.insertRow();
    for (const { name } of columns) line.insertCell().textContent = row[name] ?? "not recorded";
  }
  return table;
}
