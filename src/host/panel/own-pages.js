/** The host's own pages: what its engine does, and with which settings it runs. */

const REFRESH_MS = 2000;

async function status() {
  const response = await fetch("/panel/status.json");
  if (!response.ok) throw new Error(`The panel answered ${response.status}.`);
  return response.json();
}

/** Keeps the line in the sidebar right. */
export function watchEngine(line) {
  const words = line.querySelector(".words");
  const look = async () => {
    try {
      const { engine } = await status();
      line.className = `engine ${engine.state === "running" ? "up" : engine.state === "none" ? "" : "down"}`;
      words.textContent = engine.state === "running" ? `Engine up, ${engine.active_calls} live calls` : engine.words;
    } catch {
      line.className = "engine down";
      words.textContent = "Panel not reachable";
    }
  };
  void look();
  setInterval(look, REFRESH_MS);
}

/** The page "Engine status": it redraws itself while it is on screen. */
export async function engineStatus() {
  const box = document.createElement("div");
  const draw = async () => {
    try {
      const { engine, hook, data } = await status();
      box.replaceChildren(
        note(engine.words),
        title("Calls of the demo engine"),
        table([
          ["Live now", number(engine.active_calls)],
          ["Begun since its start", number(engine.calls_begun)],
          ["Durable on disk", number(engine.calls_durable)],
          ["Restarts", number(engine.restarts)],
        ]),
        title("Counters of the hook"),
        hook
          ? table(Object.entries(hook).map(([name, value]) => [name.replaceAll("_", " "), number(value)]))
          : note("The engine has not told yet."),
        title("Data"),
        table(Object.entries(data).map(([name, value]) => [name.replaceAll("_", " "), number(value)])),
      );
    } catch (error) {
      box.replaceChildren(note(error.message));
    }
  };
  await draw();
  const timer = setInterval(() => (box.isConnected ? void draw() : clearInterval(timer)), REFRESH_MS);
  return [box];
}

/** The page "Settings": the configuration that is in effect. */
export async function settings(host) {
  const rows = host.settings.map((one) => {
    const row = document.createElement("tr");
    if (one.value !== one.default) row.className = "set";
    row.append(cell(code(one.variable)), cell(code(one.value)), cell(code(one.default)), cell(one.doc));
    return row;
  });
  const head = document.createElement("tr");
  for (const text of ["Variable", "In effect", "Default", "What it does"]) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = text;
    head.append(th);
  }
  const whole = document.createElement("table");
  whole.className = "plain";
  whole.append(head, ...rows);
  return [note("Set by environment variables before the start; values that are not the default are bold."), whole];
}

function number(value) {
  return typeof value === "number" ? value.toLocaleString() : value === null || value === "" ? "–" : String(value);
}

function note(text) {
  const node = document.createElement("p");
  node.className = "note";
  node.textContent = text;
  return node;
}

function title(text) {
  const node = document.createElement("h2");
  node.textContent = text;
  return node;
}

function code(text) {
  const node = document.createElement("code");
  node.textContent = text;
  return node;
}

function cell(content) {
  const node = document.createElement("td");
  node.append(content);
  return node;
}

function table(rows) {
  const node = document.createElement("table");
  node.className = "plain facts";
  for (const [name, value] of rows) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    row.append(head, cell(value));
    node.append(row);
  }
  return node;
}
