/** The checks beside the tests: types, lint and format, dead code, architecture. Says which of them failed. */
import "./require-node.cjs";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Two at a time: the machines that run this have two cores.
const rounds = [
  [
    ["types of the server", "typescript/bin/tsc", "-p", "tsconfig.json"],
    ["types of the elements", "typescript/bin/tsc", "-p", "src/ui/tsconfig.json"],
    ["types of the example hosts", "typescript/bin/tsc", "-p", "examples/tsconfig.json"],
    ["types of the browser tests", "typescript/bin/tsc", "-p", "test/browser/tsconfig.json"],
  ],
  [
    ["lint and format", "@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
    ["dead code", "knip/bin/knip.js", "--no-progress"],
  ],
  [["architecture", "vitest/vitest.mjs", "run", "test/architecture.test.ts", "--reporter=dot"]],
];

const failed = [];
for (const round of rounds) {
  for (const { name, code, output } of await Promise.all(round.map(check))) {
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${name}`);
    if (code !== 0) {
      console.log(output.trim());
      failed.push(name);
    }
  }
}
console.log(failed.length === 0 ? "All checks hold." : `These checks failed: ${failed.join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function check([name, bin, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules", bin), ...args], { cwd: root });
    let output = "";
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ name, code: 1, output: String(error) }));
    child.on("close", (code) => resolve({ name, code: code ?? 1, output }));
  });
}
