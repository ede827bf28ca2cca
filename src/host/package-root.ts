/** Where the package lies, and its manifest: the same from src/ under Node and from dist/ when built. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "plugin.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("plugin.json is missing: the package call-lake is not whole.");
    folder = parent;
  }
  return folder;
}

/** The package's folder. */
export const PACKAGE_ROOT = findRoot();

/** A page of the admin panel, as plugin.json names it. */
export interface PluginPage {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly element: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly permission: string;
  readonly parent?: string;
  readonly nav?: { readonly label: string; readonly group?: string };
}

/** The members of plugin.json this host reads. */
export interface PluginManifest {
  readonly id: string;
  readonly version: string;
  readonly router: { readonly entry: string; readonly factory: string; readonly mount: string };
  readonly ui: { readonly entry: string; readonly url: string };
  readonly elements: readonly { readonly tag: string }[];
  readonly csp: Readonly<Record<string, readonly string[]>>;
  readonly pages: readonly PluginPage[];
  readonly permissions: readonly { readonly id: string }[];
}

/** Reads plugin.json. */
export function readManifest(): PluginManifest {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, "plugin.json"), "utf8")) as PluginManifest;
}
