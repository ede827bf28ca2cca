/** Records a LiveKit agent session: live by the events of its AgentSession, or afterwards by its JSON report. */
import type { Call, CallEnd, RecordInput } from "../inputs.ts";
import { isObject, jsonOf, listIn, memberIn, textIn } from "./engine-event.ts";
import { type EventSource, isEventSource, listen } from "./listening.ts";
import { RecordedCall } from "./livekit/recorded-call.ts";
import { eventsOf, startOf } from "./livekit/report.ts";
import { LIVEKIT_EVENTS, LiveKitSession } from "./livekit/session.ts";
import { timeIn } from "./livekit/times.ts";
import { Malformed } from "./malformed.ts";

export interface LiveKitOptions {
  /** End the call when the session closes. True by default. */
  end_call?: boolean;
}

export interface LiveKitAttachment {
  /** Stops listening and tells the call what is left. Does not end the call. */
  detach(): void;
  /** Events that could not be read, so far. */
  readonly malformed: number;
}

/**
 * Records what an AgentSession of `@livekit/agents` tells into `call`, and ends the call when the session closes. Attach
 * before `session.start()`: the first agent is told then. Never throws.
 */
export function attachLiveKit(call: Call, session: EventSource, options: LiveKitOptions = {}): LiveKitAttachment {
  const malformed = new Malformed("LiveKit Agents");
  const endCall = memberIn(options, "end_call") !== false;
  // Null once detached: a session that cannot let go of a listener then keeps nothing of the call alive.
  let heard: LiveKitSession | null = new LiveKitSession(call, malformed);
  let stop = () => {};
  const detach = () => {
    stop();
    heard?.flush();
    heard = null;
  };
  const close = (end: CallEnd) => {
    detach();
    if (endCall) void call.end(end);
  };
  const listeners = LIVEKIT_EVENTS.map((name) => [
    name,
    (event: unknown) => {
      const end = heard?.event(name, event, Date.now()) ?? null;
      if (end !== null) close(end);
    },
  ]);
  if (isEventSource(session)) stop = listen(session, Object.fromEntries(listeners));
  return {
    detach,
    get malformed() {
      return malformed.count;
    },
  };
}

/**
 * The record of a JSON session report (`sessionReportToJSON`, an object or its text), for `history.addRecord`; null where
 * it is none. `known` is what the host knows better: with the live call's `call_id` and `start_time` the record is that
 * same call. Otherwise `call_id` is the job's id, and the start the first thing the report tells. Never throws.
 */
export function fromLiveKitReport(json: unknown, known: Partial<RecordInput> = {}): RecordInput | null {
  const report = jsonOf(json);
  const events = eventsOf(report);
  const start_time = startOf(report, events);
  const call_id = textIn(report, "job_id", "jobId") || textIn(report, "room_id", "roomId") || textIn(report, "room");
  if (!isReport(report) || start_time === null || !(call_id || known.call_id)) return null;
  const call = new RecordedCall();
  const session = new LiveKitSession(call, new Malformed("LiveKit report"));
  session.used(listIn(report, "usage", "model_usage", "modelUsage"));
  let end: CallEnd = { end_time: timeIn(report, "timestamp") };
  for (const { name, event, at } of events) end = session.event(name, event, at) ?? end;
  session.flush();
  call.set({ ...end, source: "livekit", metadata: descriptionOf(report) });
  return call.record(known, { call_id: call_id ?? "", start_time });
}

function isReport(report: unknown): report is object {
  return isObject(report) && (memberIn(report, "chat_history", "chatHistory") ?? memberIn(report, "events")) !== null;
}

function descriptionOf(report: object): object {
  const names = ["job_id", "room_id", "room", "sdk_version", "audio_recording_path"];
  return Object.fromEntries(names.map((name) => [name, textIn(report, name)]).filter(([, value]) => value));
}
