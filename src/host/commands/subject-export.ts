/** `call-lake subject-export`: every call of one person, whole, into a file for them. */
import { link, open, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { personSql, recordExport } from "../../etl/index.ts";
import { openCallLake } from "../../query/index.ts";
import { type Command, EXIT, stopSignal, tell, UsageError } from "../command.ts";
import { PERSON_OPTIONS, PERSON_USAGE, personOf } from "../person.ts";

export const command: Command = {
  summary: "write all calls of one person to a file, for a request of access",
  usage: `call-lake subject-export --caller NUMBER --to FILE [--who NAME] [--dir DIR]

${PERSON_USAGE}
--to FILE       a new file: one call a line as JSON, or with the ending .json an array; only its owner may read it
--who NAME      who asked for it, for the receipt in audit.jsonl (your login)

Calls that have ended are in it whether they are in Parquet or still in the journal. Exit code 1 if there is none.`,
  options: { ...PERSON_OPTIONS, to: { type: "string" }, who: { type: "string" } },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const person = personOf(given);
    const to = given.text("to");
    if (person === null) throw new UsageError("Name the person by --caller, --name, --user or --device.");
    if (to === undefined) throw new UsageError("Name the file by --to.");
    const calls = await writeCalls(given.dir, personSql(person), resolve(to));
    const who = given.text("who") ?? userInfo().username;
    await recordExport(given.dir, { who, exported: calls });
    given.report({ file: to, calls }, `${calls} calls are in ${to}.`);
    return calls > 0 ? EXIT.ok : EXIT.failed;
  },
};

/** Writes beside the file and links it when it is whole: a file that is there already is never touched. */
async function writeCalls(dir: string, condition: string, to: string): Promise<number> {
  const array = to.endsWith(".json");
  const part = `${to}.part-${process.pid}`;
  const lake = await openCallLake({ dir, engine: "in-process", log: tell });
  const file = await open(part, "wx", 0o600);
  let calls = 0;
  try {
    const { rows } = await lake.sql(
      `SELECT c.* FROM calls AS c WHERE ${condition} ORDER BY c.start_time`,
      stopSignal(),
    );
    for await (const row of rows) {
      const before = array ? (calls === 0 ? "[\n" : ",\n") : "";
      await file.write(`${before}${JSON.stringify(row)}${array ? "" : "\n"}`);
      calls++;
    }
    if (array) await file.write(calls === 0 ? "[]\n" : "\n]\n");
    await file.sync();
    await link(part, to);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new Error(`${to} is there already; name another file by --to.`);
    throw error;
  } finally {
    await file.close();
    await rm(part, { force: true });
    await lake.close();
  }
  return calls;
}
