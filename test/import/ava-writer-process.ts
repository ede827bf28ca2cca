/** A process that writes call_history.db under WAL as an engine does: node ava-writer-process.ts FILE CALLS; it tells each commit, and goes on behind the first quarter when it is told to. */
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";

const [file = "", calls = "0"] = process.argv.slice(2);
const database = new DatabaseSync(file, { timeout: 30_000 });
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
const insert = database.prepare(
  "INSERT INTO call_records (id, call_id, start_time, end_time, outcome, conversation_history) VALUES (?, ?, ?, ?, 'completed', ?)",
);
const first = Date.parse("2026-06-01T00:00:00Z");
for (let number = 0; number < Number(calls); number += 1) {
  if (number === Number(calls) / 4) await once(process.stdin, "data");
  // Every fourth call began before those that are there already.
  const start = first + (number % 4 === 3 ? -number : number) * 1000;
  const iso = new Date(start).toISOString().replace("Z", "000+00:00");
  const said = JSON.stringify([{ role: "user", content: `Call ${number}`, timestamp: start / 1000 }]);
  insert.run(`row-${number}`, `live.${number}`, iso, iso, said);
  process.stdout.write(`${number}\n`);
}
database.close();
process.stdin.destroy();
