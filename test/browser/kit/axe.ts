/** axe-core over a page: what keeps people out of it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { arrived } from "./browser.ts";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface AxeOptions {
  /** Whose rules are broken is no matter of ours: by default the host's own heading. */
  readonly exclude?: readonly string[];
  /** Only the rules that colours can break: enough where nothing but the theme is another one. */
  readonly colors?: boolean;
}

/** Violations in words, shadow trees included. The script comes by the debugger's way, which no CSP concerns. */
export async function axeOf(page: Page, { exclude = ["h1"], colors = false }: AxeOptions = {}): Promise<string[]> {
  // Half transparent, a text has other colours than those it is meant to have.
  await arrived(page);
  await page.evaluate(SOURCE);
  const violations = await page.evaluate(
    async ({ exclude, colors }) => {
      const { axe } = window as unknown as { axe: { run(where: object, how: object): Promise<AxeResults> } };
      const only = colors ? { runOnly: ["color-contrast", "link-in-text-block"] } : {};
      return (await axe.run({ include: ["html"], exclude }, { resultTypes: ["violations"], ...only })).violations;
    },
    { exclude, colors },
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${JSON.stringify(target)}. ${failureSummary ?? ""}`),
  );
}
