/** Small pieces of the host's own pages: nodes with text, never markup. */

export function node(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export const heading = (text) => node("h1", text);
export const title = (text) => node("h2", text);
export const note = (text) => node("p", text, "note");
export const code = (text) => node("code", text);

export function link(href, text) {
  const made = node("a", text);
  made.href = href;
  return made;
}

export function number(value) {
  return typeof value === "number" ? value.toLocaleString() : value === null || value === "" ? "–" : String(value);
}

/** A table of names (texts or nodes) and values. */
export function facts(rows) {
  const table = node("table", undefined, "plain facts");
  for (const [name, value] of rows) {
    const row = node("tr");
    const head = node("th");
    head.append(name);
    head.scope = "row";
    row.append(head, cell(value));
    table.append(row);
  }
  return table;
}

/** A table with a head; cells are texts or nodes. */
export function table(label, columns, rows) {
  const made = node("table", undefined, "plain");
  made.setAttribute("aria-label", label);
  const head = node("tr");
  for (const name of columns) {
    const th = node("th", name);
    th.scope = "col";
    head.append(th);
  }
  const tops = node("thead");
  tops.append(head);
  const body = node("tbody");
  for (const cells of rows) {
    const row = node("tr");
    row.append(...cells.map(cell));
    body.append(row);
  }
  made.append(tops, body);
  const scroll = node("div", undefined, "scroll");
  scroll.append(made);
  return scroll;
}

function cell(content) {
  const made = node("td");
  made.append(content);
  return made;
}
