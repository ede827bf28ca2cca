/** docs/record.md is what the columns table says. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("has a page made from the table", () => {
  const script = new URL("../../scripts/record-page.ts", import.meta.url).pathname;
  const run = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(run.stderr).not.toContain("docs/record.md is not");
  expect(run.status).toBe(0);
});
