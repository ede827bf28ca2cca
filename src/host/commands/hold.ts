/** `call-lake hold`: keeps calls from retention and erasure, lists what is kept, and lifts it. */
import { userInfo } from "node:os";
import { addHold, listHolds, removeHold } from "../../etl/index.ts";
import { type Command, EXIT, type Given, print, UsageError } from "../command.ts";

export const command: Command = {
  summary: "keep calls from retention and erasure: add, list, remove",
  usage: `call-lake hold add --where JSON --why TEXT [--who NAME] [--dir DIR]
call-lake hold list
call-lake hold remove ID [--who NAME]

--where JSON    which calls, such as '{"client_id": "clinic", "start_date": "2026-01-01"}' (docs/retention.md)
--why TEXT      the reason, kept with the hold
--who NAME      who holds it (your login)`,
  options: { where: { type: "string" }, why: { type: "string" }, who: { type: "string" } },
  async run(given) {
    given.requireFolder();
    const [verb, id, ...more] = given.positionals;
    if (more.length > 0 || (verb !== "remove" && id !== undefined))
      throw new UsageError("There is one argument too many.");
    if (verb === "add") return add(given);
    if (verb === "list") return list(given);
    if (verb === "remove" && id !== undefined) return remove(given, id);
    throw new UsageError("It is one of: hold add, hold list, hold remove ID.");
  },
};

const whoOf = (given: Given) => given.text("who") ?? userInfo().username;

async function add(given: Given): Promise<number> {
  const [where, why] = [given.text("where"), given.text("why")];
  if (where === undefined || why === undefined) throw new UsageError("--where and --why are needed.");
  try {
    const hold = await addHold(given.dir, { where: jsonOf(where), who: whoOf(given), why });
    given.report(hold, `${hold.id} keeps what fits ${where}.`);
    return EXIT.ok;
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--where must be JSON such as {"client_id": "clinic"}; it is ${text}.`);
  }
}

async function list(given: Given): Promise<number> {
  const holds = await listHolds(given.dir);
  if (given.json) print(JSON.stringify(holds));
  else if (holds.length === 0) print("Nothing is held.");
  else for (const { id, where, who, at, why } of holds) print(`${id}  ${at}  ${who}  ${JSON.stringify(where)}  ${why}`);
  return EXIT.ok;
}

async function remove(given: Given, id: string): Promise<number> {
  const there = await removeHold(given.dir, id, whoOf(given));
  given.report({ id, removed: there }, there ? `${id} is lifted.` : `There is no hold ${id}.`);
  return there ? EXIT.ok : EXIT.failed;
}
