/** What is told of calls: finished records, and live calls event by event. */
import type { EventsAnswer, IngestAnswer, IngestBatchAnswer, ToldEvent, ToldRecord } from "../api/contract.ts";
import { ask, type Server } from "./request.ts";

/** One finished call: it is on disk when this is answered. The same call again is the same id. */
export function tellCall(server: Server, record: ToldRecord, signal?: AbortSignal): Promise<IngestAnswer> {
  return ask(server, "", { method: "POST", body: record, signal });
}

/** Up to 1,000 finished calls, with an answer for each. */
export function tellCalls(
  server: Server,
  records: readonly ToldRecord[],
  signal?: AbortSignal,
): Promise<IngestBatchAnswer> {
  return ask(server, "", { method: "POST", body: records, signal });
}

/** Events of a live call, in their order; the first one of a call is `started`. */
export function tellEvents(
  server: Server,
  call_id: string,
  events: readonly ToldEvent[],
  { source }: { readonly source?: string } = {},
  signal?: AbortSignal,
): Promise<EventsAnswer> {
  return ask(server, `/${encodeURIComponent(call_id)}/events`, {
    method: "POST",
    query: { source },
    body: events,
    signal,
  });
}
