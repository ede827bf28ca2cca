/** Builds the browser bundle of the elements: dist/ui/call-lake.js (ESM), its chunks, and modules.json, which says which of them an element needs. */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type Rolldown } from "vite";
import { compressFolder } from "./scripts/compress.ts";

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ENTRY = pathOf("./src/ui/index.ts");
const OUT = pathOf("./dist/ui/");

/** `tsc` writes its declarations below types/ at the same time, so the folder is not emptied as a whole. */
const tidyOutput: Plugin = {
  name: "call-lake-tidy-output",
  apply: "build",
  buildStart() {
    rmSync(`${OUT}chunks/`, { recursive: true, force: true });
  },
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "types/index.d.ts", source: 'export * from "./ui/index.js";\n' });
  },
};

type ModuleInfo = Pick<Rolldown.PluginContext, "getModuleInfo">;

/** A module and all that it imports statically. */
function staticallyReached(build: ModuleInfo, from: string, reached = new Set<string>()): Set<string> {
  if (reached.has(from)) return reached;
  reached.add(from);
  for (const id of build.getModuleInfo(from)?.importedIds ?? []) staticallyReached(build, id, reached);
  return reached;
}

/** The files that must be there before an element shows something, so that a host can name them all in its page. */
const listModules: Plugin = {
  name: "call-lake-list-modules",
  apply: "build",
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
    const withImports = (file: string, found = new Set<string>()): Set<string> => {
      const chunk = chunks.find(({ fileName }) => fileName === file);
      if (!chunk || found.has(file)) return found;
      found.add(file);
      for (const one of chunk.imports) withImports(one, found);
      return found;
    };
    const modules: Record<string, string[]> = { "call-lake": [...withImports("call-lake.js")] };
    for (const id of staticallyReached(this, ENTRY)) {
      const [, tag] = /\/components\/(call-[a-z-]+)\/\1\.ts$/.exec(id) ?? [];
      if (!tag) continue;
      const info = this.getModuleInfo(id);
      // A small element loads its inside as soon as it is in the page; what the others load can wait.
      const insides = info?.code?.includes("extends LazyElement") ? info.dynamicallyImportedIds : [];
      const files = insides.flatMap((inside) => chunks.filter((one) => one.facadeModuleId === inside));
      modules[tag] = [
        ...new Set(
          ["call-lake.js", ...files.map(({ fileName }) => fileName)].flatMap((file) => [...withImports(file)]),
        ),
      ];
    }
    const text = JSON.stringify(modules, null, 2);
    this.emitFile({ type: "asset", fileName: "modules.json", source: `${text}\n` });
  },
  async writeBundle() {
    await compressFolder(OUT);
  },
};

export default defineConfig({
  root: pathOf("./src/ui/"),
  publicDir: false,
  plugins: [tidyOutput, listModules],
  logLevel: "warn",
  build: {
    target: "es2023",
    outDir: OUT,
    emptyOutDir: false,
    manifest: true,
    // A library for a page with a strict CSP: no inlined assets, no preload shim that fetches.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { "call-lake": ENTRY },
      // Compressing takes its time; it is no plug-in that has gone wrong.
      checks: { bundlerTimings: false },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        codeSplitting: {
          groups: [
            {
              debugName: "elements",
              // All that a first paint needs is one file whose name changes with it; call-lake.js only hands it on.
              name: (id, context) =>
                id !== ENTRY && staticallyReached(context as ModuleInfo, ENTRY).has(id) ? "elements" : null,
            },
          ],
        },
      },
    },
  },
});
