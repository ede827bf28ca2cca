/** What one version of Call Lake sees in a folder, and does to it: prints one JSON object. */
import { addRecords, recover, runEtl, verify } from "../../src/etl/index.ts";
import { FIRST_PAGE, openCallLake, parseFilter, scopeOf } from "../../src/query/index.ts";
import { normaliseRecord, RECORD_VERSION } from "../../src/record/index.ts";

const [dir = "", ...steps] = process.argv.slice(2);
const scope = scopeOf({ read_pii: true });
const seen: Record<string, unknown> = { version: RECORD_VERSION };

for (const step of steps) {
  try {
    if (step === "look") seen[step] = await look();
    if (step === "recover") await recover(dir);
    if (step === "etl") await runEtl({ dir, once: true, seal_grace_seconds: 0 });
    if (step === "verify") seen[step] = await verify(dir);
    if (step === "add")
      seen[step] = await addRecords(dir, "later-1", 1, [
        normaliseRecord({
          call_id: "later",
          source: "golden",
          start_time: "2026-11-11T20:00:00Z",
          experiment: "b",
          turns: [{ index: 0, e2e_ms: 700, vad_ms: 30 }],
        }),
      ]);
  } catch (error) {
    seen[step] = error instanceof Error ? error.message : String(error);
  }
}
process.stdout.write(`${JSON.stringify(seen)}\n`);

async function look(): Promise<unknown> {
  const lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
  try {
    const rows = async (statement: string) => {
      const found: unknown[] = [];
      for await (const row of (await lake.sql(statement)).rows) found.push(row);
      return found;
    };
    const list = await lake.list(parseFilter(new URLSearchParams()), FIRST_PAGE, scope);
    const calls = [];
    for (const { id } of list.calls) calls.push(await lake.get(id, scope));
    const later = RECORD_VERSION > 1;
    const arm = later ? await lake.count(parseFilter(new URLSearchParams("where=experiment:eq:b")), scope) : null;
    const stats = await lake.stats(parseFilter(new URLSearchParams()), scope);
    return {
      calls,
      arm,
      total: stats.totals.calls,
      vad: later ? await rows("SELECT sum(vad_ms) AS n FROM turns") : null,
    };
  } finally {
    await lake.close();
  }
}
