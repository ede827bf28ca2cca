/** A Vue host: the elements are tags like any other. By render functions: a strict CSP allows no template compiler. */
import "call-lake/ui/vue";
import type { CallNavigate, CallOpen, VueProps } from "call-lake/ui";
import { createApp, defineComponent, h, onUnmounted, ref } from "vue";

/** Who is logged in, and what they may do: every host has something like it. */
interface Session {
  readonly token: string;
  readonly permissions: readonly string[];
  readonly timezone: string;
}
type Theme = "auto" | "light" | "dark";
const THEMES: readonly Theme[] = ["auto", "light", "dark"];

const session = (await (await fetch("/session.json")).json()) as Session;

const Host = defineComponent(() => {
  const search = ref(location.search);
  const told = ref("");
  const theme = ref<Theme>("auto");

  const read = () => {
    search.value = location.search;
  };
  addEventListener("popstate", read);
  onUnmounted(() => removeEventListener("popstate", read));

  const go = (next: URLSearchParams, replace = false) => {
    history[replace ? "replaceState" : "pushState"](null, "", `?${next}`);
    read();
  };
  const onCallOpen = ({ detail }: CustomEvent<CallOpen>) => {
    told.value = `Opened ${detail.id}`;
    go(new URLSearchParams([["call", detail.id], ...new URLSearchParams(detail.query)]));
  };
  const onCallNavigate = ({ detail }: CustomEvent<CallNavigate>) => {
    told.value = `Asked for ${detail.query}`;
    const next = new URLSearchParams(detail.query);
    const id = new URLSearchParams(search.value).get("call");
    if (id !== null) next.set("call", id);
    go(next, detail.replace);
  };

  return () => {
    const query = new URLSearchParams(search.value);
    const id = query.get("call");
    query.delete("call");
    const given = {
      api: "/api/calls",
      headers: { authorization: `Bearer ${session.token}` },
      permissions: session.permissions,
      timezone: session.timezone,
      theme: theme.value,
    };
    const list: VueProps<"call-history"> = { ...given, filter: String(query), onCallOpen, onCallNavigate };
    const one: VueProps<"call-detail"> = { ...given, callId: id ?? "", query: String(query), onCallNavigate };
    const choose = (event: Event) => {
      theme.value = (event.target as HTMLSelectElement).value as Theme;
    };
    return [
      h("header", [
        h("strong", "Vue"),
        h("label", [
          " Theme ",
          h(
            "select",
            { value: theme.value, onChange: choose },
            THEMES.map((name) => h("option", name)),
          ),
        ]),
      ]),
      h("main", [
        h("p", { role: "status" }, told.value),
        h("h1", id === null ? "Calls" : "One call"),
        id === null
          ? h("call-history", list)
          : [
              h("button", { type: "button", onClick: () => history.back() }, "Back to the calls"),
              h("call-detail", one),
            ],
      ]),
    ];
  };
});

createApp(Host).mount("#app");
