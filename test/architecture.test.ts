/** The house rules, checked: who may import whom, and which knowledge lives in one place only. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** folder -> the folders of ours it may import from. */
const ARROWS: Record<string, readonly string[]> = {
  record: [],
  store: ["record"],
  "engine-hook": ["record", "store/journal"],
  etl: ["record", "store"],
  query: ["record", "store"],
  api: ["record", "query", "engine-hook", "etl", "store/journal"],
  client: ["api/contract"],
  ui: ["api/contract", "client"],
  host: ["record", "store", "engine-hook", "etl", "query", "api", "client", "ui"],
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

const sources = filesBelow(join(root, "src")).map((path) => ({
  name: relative(join(root, "src"), path),
  path,
  text: readFileSync(path, "utf8"),
}));

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Static, re-exporting and dynamic imports of a module. */
function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const statics = [...code.matchAll(/^\s*(?:import|export)\s+(type\s+)?[^'"`;()]*?from\s+["']([^"']+)["']/gm)];
  const bare = [...code.matchAll(/^\s*import\s+["']([^"']+)["']/gm)];
  const dynamic = [...code.matchAll(/\bimport\(\s*["']([^"']+)["']/g)];
  return [
    ...statics.map((m) => ({ target: m[2] ?? "", typeOnly: Boolean(m[1]) })),
    ...bare.map((m) => ({ target: m[1] ?? "", typeOnly: false })),
    ...dynamic.map((m) => ({ target: m[1] ?? "", typeOnly: false })),
  ];
}

/** Comments removed, so that a rule judges what runs and not what is explained. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function arrowBroken(from: string, target: string): string | null {
  if (!target.startsWith(".")) return null;
  const to = relative(join(root, "src"), resolve(root, "src", dirname(from), target));
  const fromRoom = from.split("/")[0] ?? "";
  const toRoom = to.split("/")[0] ?? "";
  if (fromRoom === toRoom) return null;
  const allowed = ARROWS[fromRoom];
  if (!allowed) return `${from}: there is no room called ${fromRoom}`;
  if (to.startsWith("..")) return `${from} imports ${target}, which is outside src`;
  return allowed.some((room) => to === room || to.startsWith(`${room}/`) || to.startsWith(`${room}.`))
    ? null
    : `${from} imports ${to}`;
}

describe("who may import whom", () => {
  it("knows every room of the house", () => {
    const rooms = readdirSync(join(root, "src")).filter((name) => statSync(join(root, "src", name)).isDirectory());
    expect(rooms.sort()).toEqual(Object.keys(ARROWS).sort());
  });

  it("points every arrow one way", () => {
    const broken = sources.flatMap((file) => importsOf(file.text).map((i) => arrowBroken(file.name, i.target)));
    expect(broken.filter(Boolean)).toEqual([]);
  });

  it("would notice an arrow that points back", () => {
    expect(arrowBroken("record/id.ts", "../store/fs.ts")).toBe("record/id.ts imports store/fs.ts");
    expect(arrowBroken("engine-hook/index.ts", "../store/lake/names.ts")).toContain("store/lake/names.ts");
    expect(
      importsOf('import { a } from "../etl/x.ts";\nexport * from "./b.ts";\nconst c = await import("hono");'),
    ).toHaveLength(3);
  });

  it("lets the UI and the client take nothing but types from the contract", () => {
    const crossing = sources
      .filter((file) => /^(ui|client)\//.test(file.name))
      .flatMap((file) =>
        importsOf(file.text)
          .filter((i) => i.target.includes("/api/"))
          .map((i) => ({ file: file.name, ...i })),
      );
    expect(crossing.filter((i) => !i.typeOnly)).toEqual([]);
  });

  it("brings no package and no DuckDB into the engine's process", () => {
    const inEngine = sources.filter(
      (file) => /^(record|engine-hook|store\/journal)\//.test(file.name) || file.name === "store/fs.ts",
    );
    const foreign = inEngine.flatMap((file) =>
      importsOf(file.text)
        .filter((i) => !i.target.startsWith(".") && !i.target.startsWith("node:"))
        .map((i) => `${file.name} imports ${i.target}`),
    );
    // Reached by a package export of its own, never from the hook's index (test/engine-hook/imports.test.ts).
    expect(foreign).toEqual(["engine-hook/adapters/asterisk/client.ts imports ws"]);
  });
});

describe("knowledge that lives in one place", () => {
  const outside = (rooms: RegExp, pattern: RegExp) =>
    sources.filter((file) => !rooms.test(file.name) && pattern.test(codeOf(file.text))).map((file) => file.name);

  it("builds lake paths only in store/lake", () => {
    expect(outside(/^store\/lake\//, /["'`/]day=|\.g\$\{|\.g0\.parquet/)).toEqual([]);
  });

  it("knows journal bytes only in store/journal", () => {
    expect(outside(/^store\/journal\//, /["'`],?\\?"crc|\bcrc32\(/)).toEqual([]);
  });

  it("fetches in the browser only through src/client", () => {
    expect(outside(/^(?!ui\/)/, /\bfetch\(|new EventSource|new WebSocket|XMLHttpRequest/)).toEqual([]);
  });

  it("never turns text into markup", () => {
    expect(outside(/^$/, /unsafeHTML|unsafeSVG|\.innerHTML\s*=|insertAdjacentHTML|document\.write/)).toEqual([]);
  });
});

describe("files", () => {
  it("begin with a sentence and stay one noun long", () => {
    const wrong = sources
      .filter((file) => !/^(#!.*\n)?\/\*\* [\s\S]*?\*\//.test(file.text) || file.text.split("\n").length > 401)
      .map((file) => `${file.name} (${file.text.split("\n").length} lines)`);
    expect(wrong).toEqual([]);
  });

  it("are not called Manager, Helper, Util or Service", () => {
    expect(sources.map((file) => file.name).filter((name) => /manager|helper|utils?\b|service/i.test(name))).toEqual(
      [],
    );
  });

  it("name every dependency in ARCHITECTURE.md", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    const names = Object.keys({ ...manifest["dependencies"], ...manifest["devDependencies"] });
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("pin every dependency and name no registry host in the lock file", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const versions = Object.values({ ...manifest["dependencies"], ...manifest["devDependencies"] });
    expect(versions.filter((version) => !/^\d/.test(version))).toEqual([]);
    expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toContain('"resolved": "http');
  });
});
