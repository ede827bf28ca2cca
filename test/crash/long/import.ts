/** The imports of the long run: a new file of calls each time, together with an old one, of which some may be erased. */
import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { importCalls } from "../../../src/host/import/import-calls.ts";
import { normaliseRecord } from "../../../src/record/index.ts";

const [dir = "", acknowledged = "", name = ""] = process.argv.slice(2);
const DAY = 86_400_000;
const folder = dirname(acknowledged);
const began = Date.now();

console.info("started");
for (let round = 1; ; round++) {
  const records = Array.from({ length: 40 }, (_, index) =>
    normaliseRecord({
      call_id: `${began}-${round}-${index}`,
      source: `import:${name}`,
      start_time: new Date(Date.now() - (index % 6) * DAY).toISOString(),
      client_id: "long",
      caller_number: `+1 555-01${String(index).padStart(2, "0")}`,
      conversation: [{ role: "user", content: `Imported ${index} 你好` }],
    }),
  );
  const old = readdirSync(folder).filter((file) => file.endsWith(".ndjson"));
  const again = old[Math.floor(Math.random() * old.length)];
  const file = join(folder, `${began}-${round}.ndjson`);
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const from = again === undefined ? [file] : [file, join(folder, again)];
  const report = await importCalls({ dir, kind: "ndjson", from });
  if (report.rows_rejected > 0) throw new Error(JSON.stringify(report));
  appendFileSync(acknowledged, records.map((record) => `${record.id}\n`).join(""));
  await sleep(200);
}
