/** What stands in the table's place: an error that left nothing, no calls at all, none that match. */
import type { TemplateResult } from "lit";
import type { DataError } from "../../data.ts";
import { isNarrowed } from "../../filter.ts";
import { words } from "../../words.ts";
import { errorBlock, errorText, stateBlock } from "../parts.ts";

export function failedBlock(error: DataError, retry: () => void, clear: () => void): TemplateResult {
  const title = words.states.errorTitle;
  if (error.kind !== "refused") return errorBlock(error, title, retry);
  // The question itself is wrong: asking again would not help.
  const action = { label: words.states.clear, run: clear };
  return stateBlock({ icon: "alert", title, text: errorText(error), role: "alert", action });
}

export function nothingBlock(filter: URLSearchParams, clear: () => void): TemplateResult {
  if (isNarrowed(filter)) {
    const action = { label: words.states.clear, run: clear };
    return stateBlock({ icon: "search", title: words.states.nothingTitle, text: words.states.nothing, action });
  }
  return stateBlock({ icon: "phone", title: words.states.emptyTitle, text: words.states.empty, code: words.hookLines });
}
