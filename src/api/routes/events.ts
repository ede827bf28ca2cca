/** POST /:call_id/events: a live call, told by an engine in another language; answered when it is durable. */
import type { CallStart } from "../../engine-hook/index.ts";
import { isPlain } from "../../record/json.ts";
import { instantMs } from "../../record/time.ts";
import { jsonOf } from "../body.ts";
import type { EventsAnswer } from "../contract.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import { type CallEvent, eventOf, eventSchema } from "../ingest/event-schema.ts";
import { EventSession } from "../ingest/event-session.ts";
import { EVENTS_MARK, type Intake } from "../ingest/intake.ts";
import { lateEvents } from "../ingest/late-events.ts";
import { type Binding, bound, isBound, refuseForeign } from "../ingest/ownership.ts";
import { checked } from "../ingest/refusal.ts";
import { markIn, NO_MARK, ToldBefore } from "../ingest/told-before.ts";
import type { Routes } from "../parts.ts";

const EVENTS_MAX = 1000;
const CALL_ID_MAX = 500;
const SWEEP_MIN = 64;

/** The sessions of one intake are in one place, whichever router an event comes by. */
const known = new WeakMap<Intake, Map<string, EventSession>>();
function sessionsOf(intake: Intake | null): Map<string, EventSession> {
  const sessions = (intake && known.get(intake)) ?? new Map<string, EventSession>();
  if (intake) known.set(intake, sessions);
  return sessions;
}

export const eventRoutes: Routes = (api, { intake }) => {
  const sessions = sessionsOf(intake);
  let sweepAt = SWEEP_MIN;
  /** Sessions of calls that have ended, by the timeout say, are let go. */
  const keep = (key: string, session: EventSession): EventSession => {
    if (sessions.size >= sweepAt) {
      for (const [name, { call }] of sessions) if (call.ended) sessions.delete(name);
      sweepAt = Math.max(SWEEP_MIN, sessions.size * 2);
    }
    sessions.set(key, session);
    return session;
  };

  api.post("/:call_id/events", async (c) => {
    const asker = allowed(c, "calls.ingest");
    if (!intake) throw new ApiError(503, "unavailable", "This host takes no records over HTTP.");
    const call_id = c.req.param("call_id");
    const source = c.req.query("source") ?? "http";
    for (const [field, value] of Object.entries({ call_id, source })) {
      if (value === "" || value.length > CALL_ID_MAX || /\p{Cc}/u.test(value)) {
        const message = `${field} has 1 to ${CALL_ID_MAX} characters, none of them a control character.`;
        throw new ApiError(400, "bad_request", message, field);
      }
    }
    const events = eventsIn(await jsonOf(c));
    const name = { source, call_id };
    const answer = await intake.alone(name, async (): Promise<EventsAnswer> => {
      const key = `${source}\0${call_id}`;
      let session = sessions.get(key) ?? null;
      if (session?.call.ended) session = null;
      if (!session) sessions.delete(key);
      const opened = session ? { session, begun: 0 } : await openSession(intake, name, events, asker);
      if ("id" in opened) return opened;
      const { session: taken, begun } = opened;
      refuseForeign(taken.owner, asker, call_id);
      if (!session) keep(key, taken);
      const { applied, repeated, ended } = taken.apply(events);
      if (ended) {
        sessions.delete(key);
        const receipt = await intake.inTime(ended);
        if (!receipt.durable)
          throw new ApiError(503, "unavailable", `The record is not on disk: ${receipt.reason ?? "unknown"}.`);
      } else await intake.flush();
      const counts = { applied: applied + begun, repeated: repeated - begun };
      return { id: taken.call.id, durable: true, ...counts, ended: ended !== null };
    });
    return c.json(answer, 202);
  });
};

interface Opened {
  readonly session: EventSession;
  /** 1 if the first event began the session and so is taken already. */
  readonly begun: 0 | 1;
}

/** A session for a call that this process has none for yet; or the answer, where the call is over already. */
async function openSession(
  intake: Intake,
  name: { source: string; call_id: string },
  events: readonly CallEvent[],
  binding: Binding,
): Promise<Opened | EventsAnswer> {
  const [first] = events;
  const open = intake.openCall(name);
  const recovered = open ? intake.takeRecovered(name) : null;
  if (open && recovered) {
    const mark = markIn(recovered.started.metadata, EVENTS_MARK);
    const before = new ToldBefore(recovered, mark);
    return { session: new EventSession(open, ownerOf(recovered.started), mark, before), begun: 0 };
  }
  const start = first?.type === "started" ? instantMs(first.body["start_time"]) : null;
  const found = await intake.find(name, start ?? Date.now());
  if (open) {
    // Somebody else in this process began it: whose it is, its first line says.
    if (isBound(binding) && !found.open) refuseForeign({}, binding, name.call_id);
    return { session: new EventSession(open, ownerOf(found.open?.started ?? {}), NO_MARK, null), begun: 0 };
  }
  const { record } = found;
  const isAnother = start !== null && record !== null && instantMs(record.start_time) !== start;
  if (record && !(first?.type === "started" && isAnother)) {
    refuseForeign(record, binding, name.call_id);
    const { told, applied, repeated } = lateEvents(record, events);
    const receipt = told ? await intake.revise(record, { ...told, ...bound(binding) }) : { id: record.id };
    return { id: receipt.id, durable: true, applied, repeated, ended: true };
  }
  if (first?.type !== "started") {
    const shown = JSON.stringify(name.call_id.slice(0, 80));
    throw new ApiError(404, "not_found", `There is no open call ${shown}: its first event is "started".`, "type");
  }
  if (found.open) refuseForeign(found.open.started, binding, name.call_id);
  const { body: columns } = first;
  const seq = first.seq ?? 0;
  const metadata = isPlain(columns["metadata"]) ? columns["metadata"] : {};
  const told = { ...columns, ...bound(binding), metadata: { ...metadata, [EVENTS_MARK]: { ...NO_MARK, seq } } };
  const call = intake.history.startCall({ ...told, ...name } as CallStart);
  return { session: new EventSession(call, ownerOf(told), { ...NO_MARK, seq }, null), begun: 1 };
}

function ownerOf(call: { client_id?: unknown; assistant_id?: unknown }): Binding {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { client_id: text(call.client_id), assistant_id: text(call.assistant_id) };
}

function eventsIn(body: unknown): CallEvent[] {
  const list = Array.isArray(body) ? body : [body];
  if (list.length === 0 || list.length > EVENTS_MAX)
    throw new ApiError(400, "bad_request", `A list has 1 to ${EVENTS_MAX} events; it has ${list.length}.`);
  const where = (at: number) => (Array.isArray(body) ? String(at) : "");
  return list.map((event, at) => eventOf(checked(eventSchema, event, "an event", where(at))));
}
