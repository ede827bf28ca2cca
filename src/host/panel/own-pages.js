/** The host's own pages: what its engine does, who works on it, and with which settings it runs. */
import { code, facts, link, node, note, number, table, title } from "./nodes.js";
import { language, words } from "./words.js";

const REFRESH_MS = 2000;
const DAYS = 30;

async function status() {
  const response = await fetch("/panel/status.json");
  if (!response.ok) throw new Error(`The panel answered ${response.status}.`);
  return response.json();
}

/** Keeps the line in the sidebar right. */
export function watchEngine(line) {
  const text = line.querySelector(".words");
  const look = async () => {
    let said;
    try {
      const { engine } = await status();
      line.className = `engine ${engine.state === "running" ? "up" : engine.state === "none" ? "" : "down"}`;
      said = engine.state === "running" ? words().up(engine.active_calls) : words().states[engine.state];
    } catch {
      line.className = "engine down";
      said = words().down;
    }
    if (text.textContent !== said) text.textContent = said;
  };
  void look();
  setInterval(look, REFRESH_MS);
}

/** The page "Engine status": it redraws itself while it is on screen. */
export async function engineStatus() {
  const w = words();
  const box = node("div");
  const draw = async () => {
    try {
      const { engine, hook, data } = await status();
      if (!data) return box.replaceChildren(note(w.states[engine.state]), note(w.adminOnly));
      box.replaceChildren(
        note(language() === "en" ? engine.words : w.states[engine.state]),
        title(w.engineCalls),
        facts([
          [w.live, number(engine.active_calls)],
          [w.begun, number(engine.calls_begun)],
          [w.durable, number(engine.calls_durable)],
          [w.restarts, number(engine.restarts)],
        ]),
        title(w.hook),
        hook ? counters(hook) : note(w.noHook),
        title(w.data),
        counters(data),
      );
    } catch (error) {
      box.replaceChildren(note(error.message));
    }
  };
  await draw();
  const timer = setInterval(() => (box.isConnected ? void draw() : clearInterval(timer)), REFRESH_MS);
  return [box];
}

/** Counters by the names the code has for them. */
function counters(of) {
  return facts(Object.entries(of).map(([name, value]) => [name.replaceAll("_", " "), number(value)]));
}

/** The page "Settings": the configuration that is in effect. */
export function settings({ settings }) {
  const w = words();
  const { variable, value, default: standard, doc } = w.columns;
  const rows = settings.map((one) => {
    const shown = code(one.value);
    if (one.value !== one.default) shown.className = "set";
    return [code(one.variable), shown, code(one.default), node("span", one.doc)];
  });
  return [note(w.settingsNote), table(w.settings, [variable, value, standard, doc], rows)];
}

/** The first page: today and the last days by the plug-in's small elements, and the ways on. */
export function overview({ team, permissions }, { element }) {
  const w = words();
  const start = dayBefore(DAYS - 1);
  const count = (filter, label) => element("call-count", { filter, label });
  const cards = (days) => {
    const row = node("div", undefined, "cards");
    for (const metric of ["calls", "success", "latency_p95", "tool_success"]) {
      const card = element("call-stat-card", { metric, filter: `start_date=${days}` });
      if (card) row.append(card);
    }
    return row;
  };
  const ways = node("ul", undefined, "ways");
  const way = (href, text, filter) => {
    const item = node("li");
    item.append(link(href, text));
    const number = filter === undefined ? null : count(filter, text);
    if (number) item.append(" ", number);
    ways.append(item);
  };
  way("/dashboard", w.toDashboard);
  for (const [filter, text] of [
    [`outcome=error&outcome=lost&start_date=${start}`, w.toFailed],
    [`where=avg_turn_latency_ms:ge:1500&start_date=${start}`, w.toSlow],
    [`where=tool_error_count:ge:1&start_date=${start}`, w.toTools],
  ])
    way(`/calls?${filter}`, text, filter);
  const parts = [title(w.today), cards(dayBefore(0)), title(w.lastDays), cards(start), title(w.more), ways];
  if (team && permissions.includes("calls.read")) parts.push(title(w.assistants), assistantTable(team, element));
  return parts;
}

/** The page "Assistants". */
export function assistants({ team }, { element }) {
  return [note(words().assistantsNote), assistantTable(team, element)];
}

function assistantTable({ assistants }, element) {
  const w = words();
  const start = dayBefore(DAYS - 1);
  const rows = assistants.map((one) => {
    const filter = `assistant_id=${encodeURIComponent(one.assistant_id)}&start_date=${start}`;
    return [
      link(`/calls?${filter}`, one.assistant_id),
      node("span", one.client_id),
      one.called_number === null ? node("em", w.hidden) : code(one.called_number),
      node("span", one.contexts.join(", ")),
      node("span", one.languages.map(languageName).join(", ")),
      node("span", one.time_zone),
      element("call-count", { filter, label: w.calls30 }) ?? node("span", "–"),
    ];
  });
  const head = [w.assistant, w.clientColumn, w.number, w.contexts, w.languages, w.zone, w.calls30];
  return table(w.assistants, head, rows);
}

/** The page "Providers". */
export function providers({ team }, { element }) {
  const w = words();
  const start = dayBefore(DAYS - 1);
  const rows = team.providers.map((one) => {
    const filter = `provider_name=${encodeURIComponent(one.name)}&start_date=${start}`;
    const parts = Object.entries(one.components ?? {}).map(([role, name]) => `${role.toUpperCase()} ${name}`);
    return [
      link(`/calls?${filter}`, one.name),
      node("span", one.pipeline ?? w.whole),
      node("span", parts.join(", ") || "–"),
      code(one.audio),
      element("call-count", { filter, label: w.calls30 }) ?? node("span", "–"),
    ];
  });
  return [note(w.providersNote), table(w.providers, [w.provider, w.pipeline, w.components, w.audio, w.calls30], rows)];
}

function languageName(tag) {
  return new Intl.DisplayNames([language()], { type: "language" }).of(tag) ?? tag;
}

/** The calendar day so many days ago. */
function dayBefore(days) {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return new Intl.DateTimeFormat("en-CA").format(date);
}
