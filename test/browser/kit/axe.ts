/** axe-core over a page: what keeps people out of it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  help: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** Violations in words, shadow trees included; the host's own heading is not ours. The script comes by the debugger's way, which no CSP concerns. */
export async function axeOf(page: Page): Promise<string[]> {
  await page.evaluate(SOURCE);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(where: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run({ exclude: ["h1"] })).violations;
  });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${JSON.stringify(target)}. ${failureSummary ?? ""}`),
  );
}
