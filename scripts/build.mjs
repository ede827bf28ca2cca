/** Builds dist/: the server by tsc, the elements by Vite with their types; a part whose inputs did not change is skipped. */
import "./require-node.cjs";
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, "node_modules", ".cache", "call-lake");
const asked = process.argv.slice(2);

const parts = [
  {
    name: "server",
    inputs: ["src/**/*", "tsconfig*.json", "package.json", "scripts/{build.mjs,compress.ts}"]
      .flatMap(list)
      .filter((path) => !path.startsWith("src/ui/")),
    outputs: ["dist/host/cli.js", "dist/host/panel/index.html", "dist/engine-hook/index.js", "dist/client/index.js"],
    async make() {
      await run("typescript/bin/tsc", "-p", "tsconfig.build.json");
      removeStale();
      await makePanel();
      chmodSync(join(root, "dist/host/cli.js"), 0o755);
    },
  },
  {
    name: "elements",
    inputs: [
      "src/ui/**/*",
      "src/client/**/*",
      "src/api/{contract,told}*",
      "src/query/{answers,questions,summary-columns}*",
      "src/record/**/*",
      "tsconfig*.json",
      "vite.config.*",
      "scripts/compress.ts",
      "package.json",
      "scripts/build.mjs",
    ].flatMap(list),
    outputs: ["dist/ui/call-lake.js", "dist/ui/types/index.d.ts"],
    async make() {
      await Promise.all([
        run("vite/bin/vite.js", "build", "--logLevel", "warn"),
        run("typescript/bin/tsc", "-p", "src/ui/tsconfig.build.json"),
      ]);
    },
  },
];

mkdirSync(stamps, { recursive: true });
const results = await Promise.allSettled(
  parts.filter((part) => asked.length === 0 || asked.includes(part.name)).map(build),
);
for (const result of results) {
  if (result.status === "rejected") {
    console.error(result.reason instanceof Error ? result.reason.message : String(result.reason));
    process.exitCode = 1;
  }
}

/** Makes one part, unless a build of exactly these inputs has left its outputs. */
async function build(part) {
  const stamp = join(stamps, `${part.name}.stamp`);
  const now = part.inputs.map((path) => `${path} ${statSync(join(root, path)).mtimeMs}`).join("\n");
  const there = part.outputs.every((path) => existsSync(join(root, path)));
  if (there && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  rmSync(stamp, { force: true });
  const began = performance.now();
  await part.make();
  const missing = part.outputs.filter((path) => !existsSync(join(root, path)));
  if (missing.length > 0) throw new Error(`The build of the ${part.name} ended without ${missing.join(", ")}.`);
  writeFileSync(stamp, now);
  console.log(`built the ${part.name} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** The panel's own files: its modules as one, the others as they are, all of them compressed as well. */
async function makePanel() {
  // Not above: an older Node is told so before it meets what it cannot read.
  const { build: bundle } = await import("vite");
  const { compressFolder } = await import("./compress.ts");
  const folder = join(root, "dist/host/panel");
  rmSync(folder, { recursive: true, force: true });
  await bundle({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      target: "es2023",
      outDir: folder,
      modulePreload: false,
      rolldownOptions: {
        input: { panel: join(root, "src/host/panel/panel.js") },
        output: { entryFileNames: "[name].js" },
      },
    },
  });
  for (const path of list("src/host/panel/{*.html,*.css,*.svg,theme.js}"))
    cpSync(join(root, path), join(root, toDist(path)));
  await compressFolder(folder);
}

/** Files of dist/ whose source is gone would otherwise be packed for ever. */
function removeStale() {
  for (const path of list("dist/**/*.{js,d.ts}")) {
    if (path.startsWith("dist/ui/")) continue;
    const source = path.replace(/^dist\//, "src/").replace(/(\.d\.ts|\.js)$/, "");
    if (![".ts", ".js"].some((ending) => existsSync(join(root, source + ending)))) rmSync(join(root, path));
  }
}

function list(pattern) {
  return globSync(pattern, { cwd: root })
    .filter((path) => statSync(join(root, path)).isFile())
    .sort();
}

function toDist(path) {
  return path.replace(/^src\//, "dist/");
}

function run(bin, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "node_modules", bin), ...args], {
      cwd: root,
      stdio: "inherit",
      // A test's or a shell's NODE_ENV would put Lit's development build into the bundle.
      env: { ...process.env, NODE_ENV: "production" },
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`\`${bin} ${args.join(" ")}\` failed (${code}).`)),
    );
  });
}
