/** What one may switch at the foot of the sidebar: as whom one looks, the language, the theme. */
import { node } from "./nodes.js";
import { chosenLanguage, LANGUAGES, locale, words } from "./words.js";

const THEMES = ["auto", "light", "dark"];

export function theme() {
  return document.documentElement.dataset.theme;
}

/** Fills the place with the switches; `changed` is called when the pages are to be drawn anew. */
export function drawSwitches(place, host, changed) {
  const w = words();
  place.replaceChildren(
    choice(
      "role",
      w.role,
      host.roles.map((role) => [role, roleName(role)]),
      host.role,
      async (role) => {
        await fetch("/panel/role", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(role),
        });
        // Another person is another page: nothing of what this one saw is to stay.
        location.reload();
      },
    ),
    choice(
      "language",
      w.language,
      [["", w.browserLanguage], ...Object.entries(LANGUAGES)],
      chosenLanguage(),
      (code) => {
        if (code) localStorage.setItem("language", code);
        else localStorage.removeItem("language");
        speak();
        changed();
      },
    ),
    choice(
      "theme",
      w.theme,
      THEMES.map((name) => [name, w.themes[name]]),
      theme(),
      (name) => {
        document.documentElement.dataset.theme = name;
        localStorage.setItem("theme", name);
        changed();
      },
    ),
  );
  place.querySelector("#role").title = w.roleNote;
}

function roleName(role) {
  return words().roles[role] ?? words().client(role.slice("client:".length));
}

/** Puts in the roles that were counted meanwhile, where they belong; what is chosen stays. */
export function addRoles({ roles }) {
  const select = document.getElementById("role");
  const known = new Map([...select.options].map((option) => [option.value, option]));
  for (const role of roles) {
    const option = known.get(role) ?? node("option", roleName(role));
    option.value = role;
    // The last one stays the last.
    if (!known.has(role)) select.insertBefore(option, select.lastElementChild);
  }
}

/** Tells the page its language and direction. */
export function speak() {
  document.documentElement.lang = locale();
  document.documentElement.dir = locale().startsWith("ar") ? "rtl" : "ltr";
}

function choice(id, label, options, value, choose) {
  const whole = node("label", undefined, "switch");
  const select = node("select");
  select.id = id;
  for (const [name, text] of options) {
    const option = node("option", text);
    option.value = name;
    option.selected = name === value;
    select.append(option);
  }
  select.addEventListener("change", () => void choose(select.value));
  whole.append(node("span", label), select);
  return whole;
}
