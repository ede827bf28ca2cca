/** How the analyzer of custom elements reads our sources; scripts/elements.ts makes of it what is shipped. */
export default {
  globs: ["src/ui/components/*.ts", "src/ui/components/*/*.ts"],
  outdir: "node_modules/.cache/call-lake/manifest",
  litelement: true,
  // It would write its own path into package.json.
  packagejson: false,
};
