/** The manifest's promises: every path, export, tag, property, event, permission and setting in plugin.json exists. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { readConfig, SETTINGS } from "../src/host/config.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

interface Manifest {
  id: string;
  version: string;
  license: string;
  engines: { node: string; host: string };
  engine_hook: { entry: string; factory: string };
  router: { entry: string; factory: string; mount: string };
  ui: { entry: string; url: string };
  elements: { tag: string; properties: string[]; events: { name: string; detail: Record<string, string> }[] }[];
  permissions: { id: string; doc: string }[];
  pages: {
    id: string;
    path: string;
    element: string;
    properties: Record<string, string>;
    permission: string;
    parent?: string;
    nav?: { label: string; order: number };
  }[];
  config: { properties: Record<string, { type: string; default?: unknown; writeOnly?: boolean; description: string }> };
  jobs: { id: string; entry: string; export: string; cron: string; time_zone: string }[];
  csp: Record<string, string[]>;
  data: { setting: string; folders: { path: string }[] };
}

const manifest: Manifest = read("plugin.json");
const pkg = read("package.json");

/** The file an entry such as call-lake/api is, by the package's exports. */
function fileOf(entry: string): string {
  const target = pkg.exports[entry.replace(/^call-lake/, ".")];
  expect(target, entry).toBeDefined();
  const path = join(root, target.default);
  expect(existsSync(path), path).toBe(true);
  expect(existsSync(join(root, target.types)), target.types).toBe(true);
  return path;
}

async function exported(entry: string, name: string): Promise<unknown> {
  const module = (await import(pathToFileURL(fileOf(entry)).href)) as Record<string, unknown>;
  return module[name];
}

/** Sources of an element: its own folder, and what all elements share. */
function sourceOf(tag: string): string {
  const folder = join(root, "src/ui/components", tag);
  const own = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  return [...own, readFileSync(join(root, "src/ui/components/base.ts"), "utf8")].join("\n");
}

describe("plugin.json", () => {
  it("speaks of this package", () => {
    expect(manifest).toMatchObject({ id: pkg.name, version: pkg.version, license: pkg.license });
    expect(manifest.engines.node).toBe(pkg.engines.node);
  });

  it("names a hook, a router and jobs that can be imported and called", async () => {
    const functions = [
      [manifest.engine_hook.entry, manifest.engine_hook.factory],
      [manifest.router.entry, manifest.router.factory],
      ...manifest.jobs.map((job) => [job.entry, job.export]),
    ] as [string, string][];
    for (const [entry, name] of functions)
      expect(await exported(entry, name), `${entry} ${name}`).toBeTypeOf("function");
    expect(manifest.router.mount).toMatch(/^\/[\w/-]+$/);
  });

  it("names elements that the built bundle defines, with their properties and events", () => {
    const entry = fileOf(manifest.ui.entry);
    const first = readFileSync(entry, "utf8");
    const chunks = [...first.matchAll(/from\s*"(\.\/chunks\/[^"]+)"/g)].map(([, path = ""]) =>
      join(dirname(entry), path),
    );
    const bundle = [first, ...chunks.map((path) => readFileSync(path, "utf8"))].join("\n");
    for (const { tag, properties, events } of manifest.elements) {
      expect(bundle).toContain(tag);
      const source = sourceOf(tag);
      for (const name of properties)
        expect(source, `${tag}.${name}`).toMatch(new RegExp(`@property\\([^)]*\\)\\s+${name}\\b`));
      const told = [...source.matchAll(/\.tell\("([\w-]+)"/g)].map((match) => match[1]);
      expect([...new Set(told)].sort()).toEqual(events.map((event) => event.name).sort());
    }
  });

  it("has pages whose element, properties, permission and parent are in it", () => {
    const permissions = manifest.permissions.map((permission) => permission.id);
    const ids = manifest.pages.map((page) => page.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const page of manifest.pages) {
      const element = manifest.elements.find((one) => one.tag === page.element);
      expect(element, page.element).toBeDefined();
      expect(element?.properties).toEqual(expect.arrayContaining(Object.keys(page.properties)));
      expect(permissions).toContain(page.permission);
      if (page.parent) expect(ids).toContain(page.parent);
      else expect(page.nav?.label).toBeTruthy();
      for (const value of Object.values(page.properties).filter((one) => one.startsWith("$") && one !== "$query")) {
        expect(page.path).toContain(`:${value.slice(1)}`);
      }
    }
  });

  it("has exactly the permissions that the API knows", () => {
    const contract = readFileSync(join(root, "src/api/contract.ts"), "utf8");
    const known = /export type Permission =\s*([^;]+);/.exec(contract)?.[1]?.match(/calls\.\w+/g);
    expect(manifest.permissions.map((permission) => permission.id).sort()).toEqual(known?.sort());
  });

  it("describes every setting, with the default that is in effect", () => {
    const { demo_calls: _, ...settings } = SETTINGS;
    const config = readConfig({}) as Record<string, unknown>;
    expect(Object.keys(manifest.config.properties)).toEqual(Object.values(settings).map((setting) => setting.variable));
    for (const [name, setting] of Object.entries(settings)) {
      const property = manifest.config.properties[setting.variable];
      expect(property?.type).toBe(setting.type);
      expect(property?.description).toBe(setting.doc);
      if (property?.writeOnly) expect(property.default).toBeUndefined();
      else expect(property?.default).toEqual(config[name]);
    }
  });

  it("has jobs at times that are times, in zones that are zones", () => {
    for (const { cron, time_zone } of manifest.jobs) {
      expect(cron).toMatch(/^(\*(\/\d+)?|\d+) (\*|\d+) \* \* \*$/);
      expect(() => new Intl.DateTimeFormat("en", { timeZone: time_zone })).not.toThrow();
    }
  });

  it("asks for no more of the CSP than the page's own origin and its own blobs to hear, and names its folders", () => {
    const own = ["'self'", "blob:"];
    expect(manifest.csp).toEqual({ "default-src": ["'self'"], "connect-src": own, "media-src": own });
    expect(Object.keys(manifest.config.properties)).toContain(manifest.data.setting);
    const layout =
      readFileSync(join(root, "docs/lake-layout.md"), "utf8") +
      readFileSync(join(root, "docs/journal-format.md"), "utf8");
    for (const { path } of manifest.data.folders) expect(layout).toContain(`${path}/`);
  });
});
