/** The host's shell: pages from plugin.json beside its own, one URL per view, properties in and events out. */
import { heading, link, node, note } from "./nodes.js";
import { assistants, engineStatus, overview, providers, settings, watchEngine } from "./own-pages.js";
import { addRoles, drawSwitches, speak, theme } from "./switches.js";
import { language, locale, words } from "./words.js";

/** So long the page is left to what one came for. */
const FILL_IN_MS = 1000;

const main = document.getElementById("page");
/** The rows that came with the page: for the list that it begins with, and for no later one. */
let rows = JSON.parse(document.getElementById("rows")?.textContent ?? "null") ?? undefined;
// What the host told with the page itself: nothing has to be asked before something is shown.
const { manifest, host } = JSON.parse(document.getElementById("given").textContent);

/** The host's own pages, beside those that the plug-in brings. A page without what it shows is none. */
const own = (id, path, show, is = true) => (is ? [{ id, path, show, nav: {}, group: "engineGroup" }] : []);
const ours = manifest.pages
  .filter((page) => host.permissions.includes(page.permission))
  .sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0))
  .map((page) => ({ ...page, group: "callsGroup" }));
const pages = [
  { id: "overview", path: "/", show: overview, nav: {} },
  ...ours,
  ...own("status", "/engine", engineStatus),
  ...own("assistants", "/assistants", assistants, host.team !== null),
  ...own("providers", "/providers", providers, host.team !== null),
  ...own("settings", "/settings", settings, host.settings !== null),
];

/** A page's name in the language of the panel. */
function nameOf(page) {
  return page.element ? (page.titles?.[language()] ?? page.title) : words()[page.id];
}

let shown = null;

function match(path) {
  for (const page of pages) {
    const names = [];
    const pattern = page.path.replace(/:(\w+)/g, (_, name) => {
      names.push(name);
      return "([^/]+)";
    });
    const found = new RegExp(`^${pattern.replace(/\/$/, "")}/?$`).exec(path);
    if (found)
      return { page, params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) };
  }
  return null;
}

function go(url, replace = false) {
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  void show();
}

/** What every element of the plug-in is given. */
function given() {
  return {
    api: manifest.router.mount,
    timezone: host.time_zone,
    locale: locale(),
    theme: theme(),
    permissions: host.permissions,
  };
}

/** One of the plug-in's elements, for a page of the host's; null where the plug-in has none of that name. */
function element(tag, properties) {
  if (!manifest.elements.some((one) => one.tag === tag)) return null;
  return Object.assign(document.createElement(tag), given(), properties);
}

/** Shows what the URL names; a page that is already there only gets its properties. */
async function show() {
  const found = match(location.pathname);
  if (!found) {
    shown = null;
    main.replaceChildren(heading(words().notFound), note(words().noPage(location.pathname)));
    return;
  }
  const { page, params } = found;
  document.title = `${nameOf(page)} · Voice engine`;
  for (const item of document.querySelectorAll("#nav a")) {
    if (item.dataset.page === (page.nav ? page.id : page.parent)) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
  if (page.show) {
    shown = null;
    const parts = await page.show(host, { element });
    // Somebody may have gone on while it was made.
    if (match(location.pathname)?.page === page) main.replaceChildren(heading(nameOf(page)), ...parts);
    return;
  }
  if (shown?.page !== page) {
    shown = { page, element: document.createElement(page.element) };
    if (page.element === "call-history") shown.element.firstRows = rows;
    rows = undefined;
    const back = pages.find((one) => one.id === page.parent);
    const title = heading(nameOf(page));
    // The element says whose call it is; the page still has its heading for readers.
    if (back) title.className = "unseen";
    main.replaceChildren(...(back ? [backLink(back)] : []), title, shown.element);
  }
  const values = {
    $query: location.search.slice(1),
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [`$${name}`, value])),
  };
  const properties = Object.entries(page.properties ?? {}).map(([name, value]) => [name, values[value] ?? value]);
  Object.assign(shown.element, given(), Object.fromEntries(properties));
}

/** Where the list was left, so that "back" finds the same filter. */
let listQuery = "";

document.addEventListener("call-open", (event) => {
  if (shown?.page.id === "call-history") listQuery = location.search;
  const { id, query = "" } = event.detail;
  const page = manifest.pages.find((one) => one.id === "call-detail");
  go(`${page.path.replace(":id", encodeURIComponent(id))}${query ? `?${query}` : ""}`);
});

document.addEventListener("call-navigate", (event) => {
  const { query = "", page: id, replace } = event.detail;
  const page = pages.find((one) => one.id === id) ?? shown?.page;
  if (!page) return;
  const path = page === shown?.page ? location.pathname : page.path;
  go(`${path}${query ? `?${query}` : ""}`, replace === true);
});

document.addEventListener("call-close", () => {
  const page = pages.find((one) => one.id === shown?.page.parent);
  if (page) go(page.path + (page.id === "call-history" ? listQuery : ""));
});

document.addEventListener("click", (event) => {
  const target = event.composedPath().find((one) => one instanceof HTMLAnchorElement && one.href);
  if (!target || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || target.origin !== location.origin || target.target) return;
  if (target.hasAttribute("download") || !match(target.pathname) || target.hash) return;
  event.preventDefault();
  go(target.href);
  main.focus();
});
window.addEventListener("popstate", () => void show());

function backLink(page) {
  const made = link(page.path + (page.id === "call-history" ? listQuery : ""), words().back);
  made.className = "back";
  return made;
}

function drawNav() {
  const list = document.getElementById("nav");
  list.replaceChildren();
  let group;
  for (const page of pages.filter((one) => one.nav)) {
    if (page.group && page.group !== group) list.append(node("li", words()[page.group], "group"));
    group = page.group;
    const item = node("li");
    const made = link(page.path, nameOf(page));
    made.dataset.page = page.id;
    item.append(made);
    list.append(item);
  }
  document.querySelector(".side").setAttribute("aria-label", words().pages);
  document.querySelector(".skip").textContent = words().skip;
}

/** Draws everything that has words or colours of the host's. */
async function drawAll() {
  drawNav();
  if (document.getElementById("role")) drawFoot();
  const back = main.querySelector(".back");
  if (back) back.textContent = words().back;
  const title = main.querySelector("h1");
  if (shown && title) title.textContent = nameOf(shown.page);
  await show();
}

function drawFoot() {
  drawSwitches(document.getElementById("switches"), host, () => {
    const focused = document.activeElement?.id;
    void drawAll().then(() => focused && document.getElementById(focused)?.focus());
  });
}

/** Beside what one came for: who else there is to look as, and how the engine does. */
async function fillIn() {
  watchEngine(document.getElementById("engine"));
  const answer = await fetch("/panel/host.json").catch(() => null);
  if (!answer?.ok) return;
  host.roles = (await answer.json()).roles;
  if (document.getElementById("role")) addRoles(host);
}

speak();
await drawAll();
// After what one came for has been painted, in the room that is kept for them: three selects cost as much as ten rows.
requestAnimationFrame(() => setTimeout(drawFoot));
setTimeout(() => void fillIn(), FILL_IN_MS);
