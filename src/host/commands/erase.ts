/** `call-lake erase`: calls leave the lake and the journal for good, with a receipt in the audit log. */
import { userInfo } from "node:os";
import { type EraseRequest, erase } from "../../etl/index.ts";
import { isCallIdentity } from "../../record/index.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

export const command: Command = {
  summary: "erase calls for good: by id, or all of one caller",
  usage: `call-lake erase (--id ID)… | --caller NUMBER  --yes [--who NAME] [--dir DIR]

--id ID         the call with this id; may be given more than once
--caller NUMBER every call from this number, exactly as recorded
--who NAME      who asked for it, for the receipt in audit.jsonl (your login)
--yes           really do it: erased calls cannot be brought back`,
  options: {
    id: { type: "string", multiple: true },
    caller: { type: "string" },
    who: { type: "string" },
    yes: { type: "boolean", default: false },
  },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const request = requestOf(given.texts("id"), given.text("caller"));
    if (!given.flag("yes")) throw new UsageError("Erased calls cannot be brought back: add --yes to do it.");
    const receipt = await erase(given.dir, request, { who: given.text("who") ?? userInfo().username });
    const pending =
      receipt.pending > 0
        ? ` ${receipt.pending} more are hidden and leave the disk when their writer closes its segment.`
        : "";
    given.report(
      receipt,
      `${receipt.deleted} calls are erased; ${receipt.files.length} files were rewritten.${pending}`,
    );
    return receipt.deleted + receipt.pending > 0 ? EXIT.ok : EXIT.failed;
  },
};

function requestOf(ids: string[], caller: string | undefined): EraseRequest {
  if (ids.length > 0 === (caller !== undefined))
    throw new UsageError("Name the calls by --id, or a caller by --caller.");
  if (caller !== undefined) return { caller_number: caller };
  const wrong = ids.find((id) => !isCallIdentity(id));
  if (wrong !== undefined)
    throw new UsageError(`${JSON.stringify(wrong)} is no id of a call: that is a lower-case UUIDv7.`);
  return { ids };
}
