/** A backend that takes webhooks without end keeps none of them in memory once they are published. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("has a flat heap", { timeout: 180_000 }, async () => {
  const file = join(import.meta.dirname, "heap-process.ts");
  const args = ["--expose-gc", "--disable-warning=ExperimentalWarning", file, "4", "300"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: "" } });
  const heaps = [...stdout.matchAll(/heap (\d+)/g)].map((match) => Number(match[1]));
  expect(heaps).toHaveLength(4);
  // 300 calls of this kind are 2 MB in memory.
  expect((heaps[3] ?? 0) - (heaps[0] ?? 0)).toBeLessThan(2 * 1024 * 1024);
});
