/** The one HTML page of the panel: everything it begins with is named in it, so that nothing waits for a script to ask. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "hono";
import { firstPageUrl } from "../client/index.ts";
import type { PluginManifest, PluginPage } from "./package-root.ts";
import type { StaticFiles } from "./static-files.ts";

export interface PanelShell {
  readonly manifest: PluginManifest;
  readonly time_zone: string;
  /** Folders of the panel's own files and of the elements, and what serves them. */
  readonly panel: { readonly folder: string; readonly files: StaticFiles };
  readonly elements: { readonly folder: string; readonly files: StaticFiles };
  /** What the page is told of the host, as the person who asks sees it; JSON. */
  readonly about: (c: Context) => { readonly permissions: readonly string[] };
  /** What a URL of this host answers to the person who asks for the page. */
  readonly answer: (c: Context, url: string, signal: AbortSignal) => Response | Promise<Response>;
}

/** So long the page's end waits for the rows that belong into it; past that the list asks for them itself. */
const ROWS_WAIT_MS = 300;

/** What vite.config.ts leaves in modules.json: the files that each element needs at once. */
type Modules = Readonly<Record<string, readonly string[]>>;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string) => text.replace(/[&"<>]/g, (character) => ENTITIES[character] ?? "");
/** JSON that cannot end the element it stands in. */
const dataOf = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c");

/** Answers every path that is a page of the panel. */
export function panelShell({ manifest, time_zone, panel, elements, about, answer }: PanelShell) {
  const html = readFileSync(join(panel.folder, "index.html"), "utf8");
  // From source the panel is a handful of modules; built, it is one.
  const parts = readdirSync(panel.folder).filter((name) => /\.js$/.test(name) && !/^(panel|theme)\.js$/.test(name));
  const ui = manifest.ui.url.slice(manifest.ui.url.lastIndexOf("/") + 1);
  const folder = manifest.ui.url.slice(0, -ui.length);
  const known = {
    router: manifest.router,
    elements: manifest.elements.map(({ tag }) => ({ tag })),
    pages: manifest.pages,
  };

  return async (c: Context): Promise<Response> => {
    const host = about(c);
    const { pathname, search } = new URL(c.req.url);
    const page = pageAt(manifest.pages, pathname);
    const may = page !== null && host.permissions.includes(page.permission);
    const modules = modulesIn(elements.folder)[may ? page.element : "call-lake"] ?? [];
    const list = may && page.element === "call-history";
    const asked = list ? firstPageUrl({ api: manifest.router.mount, filter: search, timezone: time_zone }) : null;
    // Rows come with the page, so that they are in its first drawing; a search takes longer, and is on its way meanwhile.
    const searches = asked?.startsWith(`${manifest.router.mount}/search`) ?? false;
    const preloads = [
      ...(asked && searches ? [link("preload", asked, "fetch")] : []),
      ...modules.filter((path) => path !== ui).map((path) => link("modulepreload", folder + path)),
      ...parts.map((name) => link("modulepreload", `/panel/${name}`)),
    ];
    const own = async (name: string) => `/panel/${await panel.files.versioned(name)}`;
    const head = [
      ...preloads,
      `<link rel="stylesheet" href="${await own("panel.css")}">`,
      `<script src="${await own("theme.js")}"></script>`,
      `<script type="module" src="${await own("panel.js")}"></script>`,
      `<script type="module" src="${folder + (await elements.files.versioned(ui))}"></script>`,
      `<script type="application/json" id="given">${dataOf({ manifest: known, host })}</script>`,
    ];
    const text = html.replace("<!-- head -->", () => head.join("\n"));
    // Of this person, and of this moment.
    const headers = { "cache-control": "private, no-cache", "content-type": "text/html; charset=UTF-8" };
    if (asked === null || searches) return c.body(text, 200, headers);
    // Calls are kept nowhere, as the API's own answers are not.
    headers["cache-control"] = "no-store";
    const end = text.lastIndexOf("</body>");
    const rows = rowsIn(asked, (signal) => answer(c, asked, signal));
    return c.body(inTurn([text.slice(0, end), rows, text.slice(end)]), 200, headers);
  };
}

/** The list's first rows as an element of the page; nothing where they cannot be had, or not soon. */
async function rowsIn(url: string, ask: (signal: AbortSignal) => Response | Promise<Response>): Promise<string> {
  const signal = AbortSignal.timeout(ROWS_WAIT_MS);
  const late = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null)));
  const read = async () => {
    const answer = await ask(signal);
    return answer.ok ? dataOf({ url, answer: await answer.json() }) : null;
  };
  const data = await Promise.race([read().catch(() => null), late]);
  return data === null ? "" : `<script type="application/json" id="rows">${data}</script>\n`;
}

/** One after the other: a browser loads what the beginning names while the rest is made. */
function inTurn(parts: readonly (string | Promise<string>)[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      for (const part of parts) controller.enqueue(bytes.encode(await part));
      controller.close();
    },
  });
}

function link(rel: string, href: string, as?: "fetch"): string {
  return `<link rel="${rel}" href="${escaped(href)}"${as ? ` as="${as}" crossorigin` : ""}>`;
}

/** The plug-in's page at a path; `:name` in a page's path stands for one part. */
function pageAt(pages: readonly PluginPage[], path: string): PluginPage | null {
  const parts = path.replace(/\/$/, "").split("/");
  const fits = (page: PluginPage) => {
    const wanted = page.path.split("/");
    return wanted.length === parts.length && wanted.every((part, i) => part.startsWith(":") || part === parts[i]);
  };
  return pages.find(fits) ?? null;
}

/** None where the elements are not built: then the page finds its way by itself. */
function modulesIn(folder: string): Modules {
  try {
    return JSON.parse(readFileSync(join(folder, "modules.json"), "utf8")) as Modules;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
