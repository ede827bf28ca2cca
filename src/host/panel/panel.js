/** The host's shell: pages from plugin.json beside its own, one URL per view, properties in and events out. */
import { engineStatus, settings, watchEngine } from "./own-pages.js";

const main = document.getElementById("page");
const manifest = await (await fetch("/plugin.json")).json();
const host = await (await fetch("/panel/host.json")).json();

/** The host's own pages, beside those that the plug-in brings. */
const OWN = [
  {
    id: "engine",
    title: "Engine status",
    path: "/engine",
    nav: { label: "Engine status", group: "Engine" },
    show: engineStatus,
  },
  { id: "settings", title: "Settings", path: "/settings", nav: { label: "Settings", group: "Engine" }, show: settings },
];
const pages = [...manifest.pages.filter((page) => host.permissions.includes(page.permission)), ...OWN];

let shown = null;

function match(path) {
  for (const page of pages) {
    const names = [];
    const pattern = page.path.replace(/:(\w+)/g, (_, name) => {
      names.push(name);
      return "([^/]+)";
    });
    const found = new RegExp(`^${pattern}/?$`).exec(path);
    if (found)
      return { page, params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) };
  }
  return null;
}

function go(url, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  show();
}

/** Shows what the URL names; a page that is already there only gets its properties. */
async function show() {
  const path = location.pathname === "/" ? pages[0].path : location.pathname;
  const found = match(path);
  if (!found) {
    shown = null;
    main.replaceChildren(heading("Not found"), note(`There is no page at ${path}.`));
    return;
  }
  const { page, params } = found;
  document.title = `${page.title} · Voice engine`;
  for (const link of document.querySelectorAll("#nav a")) {
    const current = link.dataset.page === (page.nav ? page.id : page.parent);
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (page.show) {
    shown = null;
    main.replaceChildren(heading(page.title), ...(await page.show(host)));
    return;
  }
  if (shown?.page !== page) {
    const element = document.createElement(page.element);
    shown = { page, element };
    const back = pages.find((one) => one.id === page.parent);
    main.replaceChildren(...(back ? [backLink(back)] : []), heading(page.title), element);
    if (back) main.querySelector("h1").hidden = true;
  }
  const query = location.search.slice(1);
  const given = {
    $query: query,
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [`$${name}`, value])),
  };
  const properties = Object.entries(page.properties ?? {}).map(([name, value]) => [name, given[value] ?? value]);
  Object.assign(shown.element, {
    api: manifest.router.mount,
    timezone: host.time_zone,
    locale: navigator.language,
    theme: theme(),
    permissions: host.permissions,
    ...Object.fromEntries(properties),
  });
}

/** Where the list was left, so that "back" finds the same filter. */
let listQuery = "";

document.addEventListener("call-open", (event) => {
  if (shown?.page.id === "call-history") listQuery = location.search;
  const page = manifest.pages.find((one) => one.id === "call-detail");
  go(page.path.replace(":id", encodeURIComponent(event.detail.id)));
});

document.addEventListener("call-navigate", (event) => {
  const { query = "", page: id } = event.detail;
  const page = manifest.pages.find((one) => one.id === id) ?? shown?.page;
  if (!page) return;
  const path = page === shown?.page ? location.pathname : page.path;
  go(`${path}${query ? `?${query}` : ""}`, { replace: false });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || link.origin !== location.origin || link.target)
    return;
  if (!match(link.pathname) && link.pathname !== "/") return;
  event.preventDefault();
  go(link.href);
});
window.addEventListener("popstate", show);

function backLink(page) {
  const link = document.createElement("a");
  link.className = "back";
  link.href = page.path + (page.id === "call-history" ? listQuery : "");
  link.textContent = `← ${page.nav.label}`;
  return link;
}

function heading(text) {
  const node = document.createElement("h1");
  node.textContent = text;
  return node;
}

function note(text) {
  const node = document.createElement("p");
  node.className = "note";
  node.textContent = text;
  return node;
}

function theme() {
  return document.documentElement.dataset.theme;
}

const THEMES = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const themeButton = document.getElementById("theme");
themeButton.textContent = THEMES[theme()];
themeButton.addEventListener("click", () => {
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(theme()) + 1) % names.length];
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
  themeButton.textContent = THEMES[next];
  if (shown) shown.element.theme = next;
});

function drawNav() {
  const list = document.getElementById("nav");
  let group = null;
  for (const page of pages.filter((one) => one.nav)) {
    if (page.nav.group && page.nav.group !== group) {
      group = page.nav.group;
      const title = document.createElement("li");
      title.className = "group";
      title.textContent = group;
      list.append(title);
    }
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = page.path;
    link.dataset.page = page.id;
    link.textContent = page.nav.label;
    item.append(link);
    list.append(item);
  }
}

drawNav();
watchEngine(document.getElementById("engine"));
await import(manifest.ui.url);
await show();
