/** `call-lake erase`: calls leave the lake and the journal for good, with a receipt in the audit log. */
import { userInfo } from "node:os";
import { type EraseRequest, erase } from "../../etl/index.ts";
import { isCallIdentity } from "../../record/index.ts";
import { type Command, EXIT, type Given, stopSignal, UsageError } from "../command.ts";
import { PERSON_OPTIONS, PERSON_USAGE, personOf } from "../person.ts";
import { Progress } from "../progress.ts";

export const command: Command = {
  summary: "erase calls for good: by id, or all of one person",
  usage: `call-lake erase (--id ID)… | (--caller NUMBER --name NAME --user ID --device ID)  --yes [--who NAME] [--dir DIR]

--id ID         the call with this id; may be given more than once
${PERSON_USAGE}
--despite-holds also what a hold keeps; the receipt names the holds (docs/retention.md)
--who NAME      who asked for it, for the receipt in audit.jsonl (your login)
--yes           really do it: erased calls cannot be brought back

A later import leaves out what was erased (docs/retention.md). Ctrl-C stops it between two days: the calls are hidden by
then, and the etl or the next erasure takes them off the disk. Run again, it tells what was erased in all. Exit code 1
if there was nothing to erase, now or before, or if a hold keeps a part of it.`,
  options: {
    id: { type: "string", multiple: true },
    ...PERSON_OPTIONS,
    who: { type: "string" },
    "despite-holds": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
  },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const request = requestOf(given);
    if (!given.flag("yes")) throw new UsageError("Erased calls cannot be brought back: add --yes to do it.");
    const who = given.text("who") ?? userInfo().username;
    const progress = new Progress("Erasing", 0, "days");
    const by = { who, despite_holds: given.flag("despite-holds") };
    const receipt = await erase(given.dir, request, by, {
      signal: stopSignal(),
      on_progress: (days, all) => progress.at(days, all),
    });
    progress.clear();
    const { deleted, deleted_before: before, pending, held, going_on, files, not_searched } = receipt;
    const sentences = [
      `${deleted} calls are erased; ${files.length} files were rewritten.`,
      ...(before > 0 ? [`${before} of this request were erased before: ${deleted + before} in all.`] : []),
      ...(pending > 0 ? [`${pending} more are hidden and leave the disk when their writer closes its segment.`] : []),
      ...(held > 0 ? [`${held} are held and stay: call-lake hold list, or --despite-holds.`] : []),
      ...(going_on > 0 ? [`${going_on} have not ended: erase again when they have.`] : []),
      ...(not_searched.length > 0 ? [`These can not be read and were not searched: ${not_searched.join(", ")}.`] : []),
    ];
    given.report(receipt, sentences.join("\n"));
    return deleted + before + pending > 0 && held === 0 ? EXIT.ok : EXIT.failed;
  },
};

function requestOf(given: Given): EraseRequest {
  const ids = given.texts("id");
  const person = personOf(given);
  if (ids.length > 0 === (person !== null))
    throw new UsageError("Name the calls by --id, or a person by --caller, --name, --user or --device.");
  if (person !== null) return person;
  const wrong = ids.find((id) => !isCallIdentity(id));
  if (wrong !== undefined)
    throw new UsageError(`${JSON.stringify(wrong)} is no id of a call: that is a lower-case UUIDv7.`);
  return { ids };
}
