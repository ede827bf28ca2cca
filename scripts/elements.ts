/** Writes custom-elements.json and the tables of docs/elements.md from the elements' sources; `--check` only compares. */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const MANIFEST = "custom-elements.json";
const PAGE = "docs/elements.md";
const BEGIN = "<!-- By scripts/elements.ts, from here … -->";
const END = "<!-- … to here. -->";
const CACHE = "node_modules/.cache/call-lake/manifest";

interface Named {
  readonly name: string;
  readonly description?: string;
}
interface Typed extends Named {
  readonly type?: { readonly text: string };
  readonly default?: string;
}
interface Member extends Typed {
  readonly kind: "field" | "method";
  readonly privacy?: string;
  readonly static?: boolean;
  readonly attribute?: string;
  readonly inheritedFrom?: unknown;
}
interface Declaration extends Named {
  readonly kind: string;
  readonly members?: readonly Member[];
  readonly events?: readonly Typed[];
  readonly cssProperties?: readonly Typed[];
  readonly cssParts?: readonly Named[];
}

export interface ElementOfManifest {
  readonly kind: "class";
  readonly customElement: true;
  readonly name: string;
  readonly tagName: string;
  readonly description: string;
  readonly members: readonly Typed[];
  readonly attributes: readonly Named[];
  readonly events: readonly Typed[];
  readonly cssProperties: readonly Typed[];
  readonly cssParts: readonly Named[];
}

/** The elements a host uses, in the order of src/ui/index.ts; what is internal is left out. */
function elements(): ElementOfManifest[] {
  execFileSync(
    process.execPath,
    [
      "node_modules/@custom-elements-manifest/analyzer/cem.js",
      ...["analyze", "--config", "scripts/elements.cem.mjs", "--quiet"],
    ],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
  );
  const { modules } = JSON.parse(readFileSync(`${root}${CACHE}/${MANIFEST}`, "utf8")) as {
    modules: { path: string; declarations: Declaration[] }[];
  };
  rmSync(`${root}${CACHE}`, { recursive: true });
  const tags = new Map<string, string>();
  for (const path of globSync("src/ui/components/*/*.ts", { cwd: root })) {
    const defined = /^define\("(call-(?!lake-)[a-z-]+)", (\w+)\);$/m.exec(readFileSync(root + path, "utf8"));
    if (defined?.[1] && defined[2]) tags.set(defined[2], defined[1]);
  }
  const found = modules
    .flatMap(({ declarations }) => declarations)
    .flatMap((declaration) => {
      const tagName = tags.get(declaration.name);
      return declaration.kind === "class" && tagName ? [elementOf(declaration, tagName)] : [];
    });
  const missing = [...tags.values()].filter((tag) => !found.some((one) => one.tagName === tag));
  if (missing.length > 0) throw new Error(`The analyzer has not found ${missing.join(", ")}.`);
  const order = readFileSync(`${root}src/ui/index.ts`, "utf8");
  return found.sort((a, b) => order.indexOf(`{ ${a.name}`) - order.indexOf(`{ ${b.name}`));
}

function elementOf(declaration: Declaration, tagName: string): ElementOfManifest {
  const open = (declaration.members ?? []).filter(
    (member) => !member.privacy && !member.static && !member.name.startsWith("#"),
  );
  const fields = open.filter((member) => member.kind === "field");
  // Its own before those of all elements.
  const members = [...fields.filter((one) => !one.inheritedFrom), ...fields.filter((one) => one.inheritedFrom)];
  const parts = declaration.members?.find((member) => member.name === "parts")?.default;
  const exported = parts ? (JSON.parse(parts) as string).split(", ").map((name) => ({ name })) : [];
  const described = declaration.cssParts ?? [];
  return {
    kind: "class",
    customElement: true,
    name: declaration.name,
    tagName,
    description: declaration.description ?? "",
    members: [
      ...members.map(({ name, description, type, default: standard, attribute }) => ({
        kind: "field",
        name,
        ...(description ? { description } : {}),
        ...(type ? { type } : {}),
        ...(standard === undefined ? {} : { default: standard }),
        ...(attribute ? { attribute } : {}),
      })),
      ...open
        .filter(({ kind, name }) => kind === "method" && name === "refresh")
        .map(({ name }) => ({ kind: "method", name, description: "Asks again; what is shown stays meanwhile." })),
    ],
    attributes: members.flatMap(({ attribute, name }) => (attribute ? [{ name: attribute, fieldName: name }] : [])),
    events: (declaration.events ?? []).filter(({ name }) => name.startsWith("call-")),
    cssProperties: declaration.cssProperties ?? [],
    cssParts: [...described, ...exported.filter(({ name }) => !described.some((part) => part.name === name))],
  };
}

function manifestText(all: readonly ElementOfManifest[]): string {
  const path = "dist/ui/call-lake.js";
  const exports = all.flatMap(({ name, tagName }) => [
    { kind: "js", name, declaration: { name, module: path } },
    { kind: "custom-element-definition", name: tagName, declaration: { name, module: path } },
  ]);
  const module = { kind: "javascript-module", path, declarations: all, exports };
  return `${JSON.stringify({ schemaVersion: "1.0.0", modules: [module] }, null, 2)}\n`;
}

const code = (text: string) => `\`${text.replaceAll("|", "\\|").replace(/\s+/g, " ")}\``;
const inTable = (text = "") => text.replaceAll("|", "\\|").replace(/\s+/g, " ");

function pageText(all: readonly ElementOfManifest[]): string {
  const common =
    all[0]?.members.filter(({ name }) => all.every((one) => one.members.some((m) => m.name === name))) ?? [];
  const isCommon = (name: string) => common.some((one) => one.name === name);
  return [
    "### All elements",
    "",
    ...propertyTable(common.filter(({ type }) => type !== undefined)),
    "",
    ...all.flatMap((one) => [
      `### \`<${one.tagName}>\``,
      "",
      one.description.split("\n")[0] ?? "",
      "",
      ...(one.members.some(({ name }) => !isCommon(name))
        ? [...propertyTable(one.members.filter(({ name, type }) => type !== undefined && !isCommon(name))), ""]
        : []),
      ...(one.events.length > 0 ? ["| event | detail | when |", "|---|---|---|"] : []),
      ...one.events.map(
        (event) =>
          `| \`${event.name}\` | ${code(event.type?.text.replace(/^CustomEvent<([\s\S]*)>$/, "$1") ?? "")} | ${inTable(event.description)} |`,
      ),
      "",
      `Parts: ${one.cssParts.map(({ name }) => `\`${name}\``).join(", ")}.`,
      "",
    ]),
    "### Custom properties",
    "",
    "| property | is |",
    "|---|---|",
    ...(all[0]?.cssProperties ?? []).map(({ name, description }) => `| \`${name}\` | ${inTable(description)} |`),
  ].join("\n");
}

function propertyTable(members: readonly (Typed & { readonly attribute?: string })[]): string[] {
  return [
    "| property | attribute | type | default | is |",
    "|---|---|---|---|---|",
    ...members.map(
      ({ name, attribute, type, default: standard, description }) =>
        `| \`${name}\` | ${attribute ? `\`${attribute}\`` : ""} | ${code(type?.text ?? "")} | ${standard === undefined ? "" : code(standard)} | ${inTable(description)} |`,
    ),
  ];
}

const all = elements();
const page = readFileSync(root + PAGE, "utf8");
const [before, after] = [page.split(BEGIN)[0] ?? "", page.split(END)[1]];
if (after === undefined) throw new Error(`${PAGE} has no place for the tables: ${BEGIN} and ${END}.`);
const made: readonly (readonly [string, string])[] = [
  [MANIFEST, manifestText(all)],
  [PAGE, `${before}${BEGIN}\n\n${pageText(all)}\n\n${END}${after}`],
];
for (const [path, text] of made) {
  if (!process.argv.includes("--check")) writeFileSync(root + path, text);
  else if (readFileSync(root + path, "utf8") !== text) {
    console.error(`${path} is not what the elements' sources say; run: node scripts/elements.ts`);
    process.exitCode = 1;
  }
}
