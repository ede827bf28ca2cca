/** Takes what is told of calls: one teller of a call after the other, and all that is told of it becomes one record. */
import type { Call, CallHistory, Receipt, RecordInput, RecoveredCall } from "../../engine-hook/index.ts";
import type { CallLake } from "../../query/index.ts";
import { ApiError } from "../errors.ts";
import { nextRevision } from "./merge.ts";
import { type Binding, bound, refuseForeign } from "./ownership.ts";

/** What of the hook is needed: a host passes its `openCallHistory(…)`. */
export type Recorder = Pick<CallHistory, "addRecord" | "startCall" | "findOpen" | "recovered" | "resume" | "flush">;

type Finder = Pick<CallLake, "find">;
type Found = Awaited<ReturnType<Finder["find"]>>[number];
interface CallName {
  readonly source: string;
  readonly call_id: string;
}

/** A teller waits so long for the disk; then it is told to come again. */
const DISK_MS_MAX = 15_000;
/** Calls of one name asked for at once. */
const KEYS_MAX = 200;
/** Sources whose calls are begun by this backend alone, so that it may go on with them after its restart. */
const OWN_SOURCES = new Set(["report", "vapi", "retell"]);
/** The member of `metadata` that marks a call told of through events. */
export const EVENTS_MARK = "events";

export class Intake {
  readonly history: Recorder;
  readonly #lake: Finder;
  /** By name of the call: the last step that was asked for. */
  readonly #steps = new Map<string, Promise<unknown>>();
  /** Calls that were open when the backend died, by name. */
  readonly #recovered = new Map<string, RecoveredCall>();
  #asked: { name: CallName; near: number; resolve: (found: Found) => void; reject: (error: unknown) => void }[] = [];
  #asking = false;

  constructor(history: Recorder, lake: Finder) {
    this.history = history;
    this.#lake = lake;
    for (const recovered of history.recovered()) {
      const metadata = recovered.started.metadata;
      const told = typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, EVENTS_MARK);
      if (!told && !OWN_SOURCES.has(recovered.source)) continue;
      // At once: whoever never tells of it again leaves it to the session's timeout, not to be lost.
      history.resume(recovered);
      this.#recovered.set(nameOf(recovered), recovered);
    }
  }

  /** Runs a step when all steps of that call asked for before are done. */
  async alone<T>(name: CallName, step: () => Promise<T>): Promise<T> {
    const key = nameOf(name);
    const before = this.#steps.get(key);
    const mine = (async () => {
      await before?.catch(() => {});
      return step();
    })();
    this.#steps.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#steps.get(key) === mine) this.#steps.delete(key);
    }
  }

  /** What the lake and the journals have of the call. All that is asked meanwhile goes into one question. */
  find(name: CallName, near: number): Promise<Found> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ name, near, resolve, reject });
      if (!this.#asking) void this.#ask();
    });
  }

  /** What is known of a call that this backend took up again after its restart; once, then null. */
  takeRecovered(name: CallName): RecoveredCall | null {
    const recovered = this.#recovered.get(nameOf(name)) ?? null;
    this.#recovered.delete(nameOf(name));
    return recovered;
  }

  /** The open call of that name in this process, or null. */
  openCall({ source, call_id }: CallName): Call | null {
    const call = this.history.findOpen(source, call_id);
    return call && !call.ended ? call : null;
  }

  /** A finished call, which may be known already, or be going on. Give it within `alone`. */
  async tell(told: Partial<RecordInput> & CallName, start: number | null, binding: Binding): Promise<Receipt> {
    const found = await this.find(told, start ?? Date.now());
    const owned = found.record ?? found.open?.started;
    if (owned) refuseForeign(owned, binding, told.call_id);
    const columns = { ...told, ...bound(binding) };
    const open = this.openCall(told);
    // A record of the same id is the lost one of the process before; another id is another call of that name.
    if (open && (!found.record || found.record.id === open.id)) {
      // A live call gives what comes without a time the time of its coming, so the lists go into the next revision.
      const { conversation: _c, tool_calls: _t, turns: _u, ...rest } = columns;
      durable(await this.inTime(open.end(rest)));
      const { record } = await this.find(told, start ?? Date.now());
      return this.revise(record, { ...columns, start_time: start ?? Date.now() });
    }
    return this.revise(found.record, { ...columns, start_time: start ?? Date.now() });
  }

  /** Writes the next revision of `stored`, or the first record. Says nothing new: nothing is written. */
  async revise(stored: Found["record"], told: RecordInput): Promise<Receipt> {
    if (!stored) return durable(await this.inTime(this.history.addRecord(told)));
    const next = nextRevision(stored, told);
    if (!next) return { id: stored.id, durable: true };
    return durable(await this.inTime(this.history.addRecord(next as RecordInput)));
  }

  /** Resolves when all events of live calls so far are on disk. Throws a 503 when they are not. */
  async flush(): Promise<void> {
    if (await this.inTime(this.history.flush())) return;
    throw new ApiError(503, "unavailable", "The events are not on disk: the queue to the disk was full.");
  }

  /** Throws a 503 when the disk takes too long. */
  async inTime<T>(waiting: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new ApiError(503, "unavailable", "The disk does not take what was told; tell it again.");
      timer = setTimeout(() => reject(error), DISK_MS_MAX);
    });
    try {
      return await Promise.race([waiting, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0, KEYS_MAX);
      try {
        const found = await this.#lake.find(asked.map(({ name, near }) => ({ ...pick(name), near })));
        for (const [at, { resolve }] of asked.entries()) resolve(found[at] ?? { record: null, open: null });
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#asking = false;
  }
}

function pick({ source, call_id }: CallName): CallName {
  return { source, call_id };
}

function nameOf({ source, call_id }: CallName): string {
  return `${source}\0${call_id}`;
}

/** The receipt of what is on disk. Throws a 503 where it is not. */
function durable(receipt: Receipt): Receipt {
  if (receipt.durable) return receipt;
  throw new ApiError(503, "unavailable", `The record is not on disk: ${receipt.reason ?? "the reason is unknown"}.`);
}

const intakes = new WeakMap<object, Intake>();

/** The one intake of a history: whoever tells of a call through another router waits for the same steps. */
export function intakeOf(history: Recorder, lake: Finder): Intake {
  const known = intakes.get(history);
  if (known) return known;
  const intake = new Intake(history, lake);
  intakes.set(history, intake);
  return intake;
}
