/** A host without a framework: properties in, events out, one URL a view (`?call=ID`, else the list's filter). */
const list = document.querySelector("call-history");
const one = document.querySelector("call-detail");
const told = document.getElementById("told");

// Who is logged in, and what they may do: every host has something like it.
const { token, permissions, timezone } = await (await fetch("/session.json")).json();
for (const element of [list, one]) {
  Object.assign(element, { api: "/api/calls", headers: { authorization: `Bearer ${token}` }, permissions, timezone });
}

function show() {
  const query = new URLSearchParams(location.search);
  const id = query.get("call");
  document.getElementById("list").hidden = id !== null;
  document.getElementById("one").hidden = id === null;
  query.delete("call");
  if (id === null) list.filter = String(query);
  else Object.assign(one, { callId: id, query: String(query) });
}

function go(query, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", `?${query}`);
  show();
}

document.addEventListener("call-open", ({ detail }) => {
  told.textContent = `Opened ${detail.id}`;
  go(new URLSearchParams([["call", detail.id], ...new URLSearchParams(detail.query)]));
});
document.addEventListener("call-navigate", ({ target, detail }) => {
  told.textContent = `Asked for ${detail.query}`;
  const query = new URLSearchParams(detail.query);
  if (target === one) query.set("call", one.callId);
  go(query, detail.replace);
});
document.getElementById("back").addEventListener("click", (event) => {
  event.preventDefault();
  history.back();
});
document.getElementById("theme").addEventListener("change", ({ target }) => {
  document.documentElement.dataset.theme = target.value;
  list.theme = one.theme = target.value;
});
addEventListener("popstate", show);
show();
