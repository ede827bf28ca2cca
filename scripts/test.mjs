/** Runs every test, the browser's included, and closes with the line `N passed, N failed`. */
import "./require-node.cjs";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium, installChromium } from "./chromium.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

let counts;
try {
  const chromium = findChromium() ?? installChromium();
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: "inherit" });
  if (built.status !== 0) throw new Error("The build failed, so no test was run.");
  counts = runTests(chromium);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  counts = { passed: 0, failed: 1, skipped: 0 };
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
writeSync(1, `${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;

/** Runs Vitest and counts from its JSON report; a run that leaves no report, or runs nothing, counts as one failure. */
function runTests(chromium) {
  const folder = mkdtempSync(join(tmpdir(), "call-lake-test-"));
  const report = join(folder, "report.json");
  const args = [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const ran = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, CHROMIUM: chromium, NODE_OPTIONS: quiet(process.env.NODE_OPTIONS) },
  });
  let json;
  try {
    json = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    console.error(`Vitest ended (${ran.signal ?? ran.status}) without a report.`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const counted = {
    passed: json.numPassedTests ?? 0,
    failed: json.numFailedTests ?? 0,
    skipped: (json.numPendingTests ?? 0) + (json.numTodoTests ?? 0),
  };
  // A file that cannot be loaded, or an error outside of a test, fails the run without a failed test.
  if (counted.failed === 0 && (ran.status !== 0 || counted.passed === 0)) counted.failed = 1;
  return counted;
}

function quiet(options) {
  return [options, "--disable-warning=ExperimentalWarning"].filter(Boolean).join(" ");
}
