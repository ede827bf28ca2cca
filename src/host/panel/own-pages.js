/** The host's own pages: what its engine does, who works on it, and with which settings it runs. */
import { code, facts, link, node, note, number, table, title } from "./nodes.js";
import { language, words } from "./words.js";

const REFRESH_MS = 2000;
const DAYS = 30;

async function answerOf(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`The panel answered ${response.status}.`);
  return response.json();
}

/** Keeps the line in the sidebar right. */
export function watchEngine(line) {
  const text = line.querySelector(".words");
  const look = async () => {
    let said;
    try {
      const engine = await answerOf("/panel/engine.json");
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
      const { engine, hook, data } = await answerOf("/panel/status.json");
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
  return facts(Object.entries(of).map(([name, value]) => [code(name), number(value)]));
}

/** The page "Settings": the configuration that is in effect. */
export function settings({ settings }) {
  const w = words();
  const { variable, value, default: standard, doc } = w.columns;
  const rows = settings.map((one) => {
    const shown = code(one.value);
    if (one.value !== one.default) shown.className = "set";
    return [code(one.variable), shown, code(one.default), english(one.doc)];
  });
  return [note(w.settingsNote), table(w.settings, [variable, value, standard, doc], rows)];
}

const CARDS = ["calls", "success_rate", "p95_latency", "tool_success"];
/** What one looks for first, by the filter under which it is found. */
const WATCHED = [
  ["toFailed", "outcome=error&outcome=lost"],
  ["toSlow", "where=avg_turn_latency_ms:ge:1500"],
  ["toTools", "where=tool_error_count:ge:1"],
];

/** A text that the code has in English only. */
function english(text) {
  const made = node("span", text);
  made.lang = "en";
  made.dir = "ltr";
  return made;
}

/** The first page: today and the last days by the plug-in's small elements, each of which opens what it counts. */
export function overview({ team }, { element }) {
  const w = words();
  const row = (...elements) => {
    const made = node("div", undefined, "cards");
    made.append(...elements.filter((one) => one !== null));
    return made;
  };
  const cards = (days) => row(...CARDS.map((metric) => element("call-stat-card", { metric, days })));
  const counts = WATCHED.map(([name, filter]) => element("call-count", { filter, days: DAYS, label: w[name] }));
  const live = element("call-count", { of: "active", label: w.live });
  const parts = [title(w.today), cards(1), title(w.lastDays), cards(DAYS), title(w.more), row(live, ...counts)];
  if (team) parts.push(title(w.assistants), assistantTable(team, element));
  return parts;
}

/** The page "Assistants". */
export function assistants({ team }, { element }) {
  return [note(words().assistantsNote), assistantTable(team, element)];
}

function assistantTable({ assistants }, element) {
  const w = words();
  const rows = assistants.map((one) => {
    const filter = `assistant_id=${encodeURIComponent(one.assistant_id)}`;
    return [
      link(`/calls?${filter}`, one.assistant_id),
      node("span", one.client_id),
      one.called_number === null ? node("em", w.hidden) : code(one.called_number),
      node("span", one.contexts.join(", ")),
      node("span", one.languages.map(languageName).join(", ")),
      node("span", one.time_zone),
      element("call-count", { filter, days: DAYS, label: w.calls30 }) ?? node("span", "–"),
    ];
  });
  const head = [w.assistant, w.clientColumn, w.number, w.contexts, w.languages, w.zone, w.calls30];
  return table(w.assistants, head, rows);
}

/** The page "Providers". */
export function providers({ team }, { element }) {
  const w = words();
  const rows = team.providers.map((one) => {
    const filter = `provider_name=${encodeURIComponent(one.name)}`;
    const parts = Object.entries(one.components ?? {}).map(([role, name]) => `${role.toUpperCase()} ${name}`);
    return [
      link(`/calls?${filter}`, one.name),
      node("span", one.pipeline ?? w.whole),
      node("span", parts.join(", ") || "–"),
      code(one.audio),
      element("call-count", { filter, days: DAYS, label: w.calls30 }) ?? node("span", "–"),
    ];
  });
  return [note(w.providersNote), table(w.providers, [w.provider, w.pipeline, w.components, w.audio, w.calls30], rows)];
}

function languageName(tag) {
  return new Intl.DisplayNames([language()], { type: "language" }).of(tag) ?? tag;
}
