/** Quality flags of a record, said in words; a flag nobody knows stands for itself. */
import { words } from "../../words.ts";
import { wordOf } from "./word-of.ts";

export function flagText(flag: string): string {
  const { flagWords, flagBadValue, flagIncomplete } = words.detail;
  const [kind = "", ...rest] = flag.split(":");
  if (kind === "bad_value") return flagBadValue(rest.join(":"));
  if (kind === "response_incomplete") return flagIncomplete(rest.join(":"));
  return wordOf(flagWords, flag);
}
