/** Takes up the calls of an earlier process. */

import type { CallHistory } from "../../history.ts";
import type { AriCalls } from "./ari-calls.ts";
import { snapshotOf } from "./snapshot.ts";

/** Goes on with the calls of an earlier process whose channels are still there; the others become `lost`. */
export function resumeCalls(history: CallHistory, calls: AriCalls, list: readonly unknown[]): void {
  for (const recovered of history.recovered()) {
    if (recovered.source !== "asterisk") continue;
    const startMs = Date.parse(recovered.start_time);
    const listed = list.map(snapshotOf).find((channel) => channel?.id === recovered.call_id);
    // A restarted Asterisk may give the same id again, to another call.
    if (!listed || listed.createdMs !== startMs) continue;
    calls.adopt(history.resume(recovered, calls.controlOf(recovered.call_id)), listed);
  }
}
