/** The demo host as a person has it: panel, API, DuckDB and etl over a small demo history. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { readConfig } from "../../../src/host/config.ts";
import { DemoEngine } from "../../../src/host/demo/engine-process.ts";
import { makeDemoHistory } from "../../../src/host/demo/history.ts";
import { servePanel } from "../../../src/host/serve.ts";

export interface Panel {
  readonly url: string;
  readonly dir: string;
  close(): Promise<void>;
}

/** Takes another role, for which the panel loads its page anew. */
export async function lookAs(page: Page, role: string): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.getByLabel("Look as").selectOption(role);
  await loaded;
}

export async function startPanel({ calls = 600, engine = false, port = 0 } = {}): Promise<Panel> {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-panel-"));
  await makeDemoHistory({ dir, calls, days: 30 });
  const config = readConfig({ CALL_HISTORY_DIR: dir, PORT: String(port) });
  const log = () => {};
  let running: DemoEngine | null = null;
  const served = await servePanel({ config, log, engine: () => running });
  if (engine) running = new DemoEngine({ dir, publish_seconds: 300, session_timeout_minutes: 30 }, log);
  return {
    url: served.url,
    dir,
    close: async () => {
      await running?.close();
      await served.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
