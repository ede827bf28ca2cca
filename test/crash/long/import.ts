/** An import of the long run: batches of records straight into Parquet, as importers do. */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { addRecords } from "../../../src/etl/index.ts";
import { normaliseRecord } from "../../../src/record/index.ts";

const [dir = "", acknowledged = "", name = ""] = process.argv.slice(2);
const DAY = 86_400_000;
const began = Date.now();

console.info("started");
for (let segment = 1; ; segment++) {
  const records = Array.from({ length: 40 }, (_, index) =>
    normaliseRecord({
      call_id: `${began}-${segment}-${index}`,
      source: `import:${name}`,
      start_time: new Date(Date.now() - (index % 6) * DAY).toISOString(),
      client_id: "long",
      caller_number: `+1 555-01${String(index).padStart(2, "0")}`,
      conversation: [{ role: "user", content: `Imported ${index} 你好` }],
    }),
  );
  await addRecords(dir, `${name}-${began}`, segment, records);
  appendFileSync(acknowledged, records.map((record) => `${record.id}\n`).join(""));
  await sleep(200);
}
