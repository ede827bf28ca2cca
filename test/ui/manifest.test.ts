/** What is told of the elements (manifest, docs, plugin.json, typings) is what their sources say. */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Declared {
  tagName: string;
  description: string;
  members: { kind: string; name: string; description?: string; type?: { text: string } }[];
  events: { name: string; description?: string }[];
  cssParts: { name: string }[];
  cssProperties: { name: string; description?: string }[];
}
const declared = (
  JSON.parse(read("custom-elements.json")) as { modules: { declarations: Declared[] }[] }
).modules.flatMap(({ declarations }) => declarations);
const plugin = JSON.parse(read("plugin.json")) as {
  elements: { tag: string; properties: string[]; events: { name: string }[] }[];
};
const sources = globSync("src/ui/**/*.ts", { cwd: root }).map(read).join("\n");
const sorted = (names: readonly string[]) => [...names].sort();

it("is made from the sources", () => {
  const run = spawnSync(process.execPath, [join(root, "scripts/elements.ts"), "--check"], { encoding: "utf8" });
  expect(run.stderr.replace(/\(node:\d+\) ExperimentalWarning[\s\S]*?\n\(Use.*\n/, "")).toBe("");
  expect(run.status).toBe(0);
});

it("is the same in plugin.json: elements, properties, events", () => {
  expect(sorted(plugin.elements.map(({ tag }) => tag))).toEqual(sorted(declared.map(({ tagName }) => tagName)));
  for (const { tag, properties, events } of plugin.elements) {
    const one = declared.find(({ tagName }) => tagName === tag);
    const fields = one?.members.filter(({ kind }) => kind === "field") ?? [];
    expect(sorted(properties), tag).toEqual(sorted(fields.map(({ name }) => name)));
    expect(sorted(events.map(({ name }) => name)), tag).toEqual(sorted(one?.events.map(({ name }) => name) ?? []));
  }
});

it("describes every property, event and custom property", () => {
  for (const { tagName, description, members, events, cssProperties } of declared) {
    expect(description, tagName).not.toBe("");
    for (const one of [...members, ...events, ...cssProperties])
      expect(one.description, `${tagName} ${one.name}`).toBeTruthy();
  }
});

it("names the parts and the custom properties that there are", () => {
  for (const { tagName, cssParts } of declared)
    for (const { name } of cssParts)
      expect(sources, `${tagName}::part(${name})`).toMatch(new RegExp(`part="${name}["\\s]`));
  const used = new Set([...sources.matchAll(/var\((--call-lake-[a-z-]+)/g)].map((match) => match[1] ?? ""));
  for (const { tagName, cssProperties } of declared)
    expect(sorted(cssProperties.map(({ name }) => name)), tagName).toEqual(sorted([...used]));
});

it("has the events in the typings", () => {
  const typings = read("src/ui/host-types.ts");
  const events = typings.slice(typings.indexOf("interface CallLakeEvents"), typings.indexOf("/** The properties of"));
  for (const { tagName, events: told } of declared) {
    const own = events.split(`\n  "${tagName}":`)[1]?.split(/\n {2}"/)[0] ?? "";
    const typed = [...own.matchAll(/"(call-[a-z]+)":/g)].map((match) => match[1] ?? "");
    expect(sorted(typed), tagName).toEqual(sorted(told.map(({ name }) => name)));
  }
});
