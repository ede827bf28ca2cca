/** Builds the browser bundle of the elements: dist/ui/call-lake.js (ESM) and its lazy chunks. */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** `tsc` writes its declarations below types/ at the same time, so the folder is not emptied as a whole. */
const tidyOutput: Plugin = {
  name: "call-lake-tidy-output",
  apply: "build",
  buildStart() {
    rmSync(new URL("./dist/ui/chunks/", import.meta.url), { recursive: true, force: true });
  },
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "types/index.d.ts", source: 'export * from "./ui/index.js";\n' });
  },
};

export default defineConfig({
  root: fileURLToPath(new URL("./src/ui/", import.meta.url)),
  publicDir: false,
  plugins: [tidyOutput],
  logLevel: "warn",
  build: {
    target: "es2023",
    outDir: fileURLToPath(new URL("./dist/ui/", import.meta.url)),
    emptyOutDir: false,
    manifest: true,
    // A library for a page with a strict CSP: no inlined assets, no preload shim that fetches.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { "call-lake": fileURLToPath(new URL("./src/ui/index.ts", import.meta.url)) },
      // Lazy chunks take what they share with the first elements from the entry itself: one file for a first paint.
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
    },
  },
});
