/** The calls that run now, in whatever process, and the events that change them, while somebody wants to know. */
import { type FSWatcher, watch } from "node:fs";
import { isCallIdentity } from "../../record/id.ts";
import type { CallRecord } from "../../record/record.ts";
import { type EndResult, requestEnd } from "./control.ts";
import type { JournalLine, LineHead } from "./line.ts";
import { LiveEvents } from "./live-events.ts";
import { endOf, LiveState, type TranscriptRoom } from "./live-state.ts";
import type { LiveColumns, LiveTranscript } from "./live-types.ts";
import { LiveWriter, type WriterListener } from "./live-writer.ts";
import { writerDir } from "./names.ts";
import { listWriters, readSegment } from "./reader.ts";
import { SharedRun } from "./shared-run.ts";

export interface LiveFeedOptions {
  /** Writers, segments and seals are looked for so often while somebody watches. Default 100. */
  readonly poll_ms?: number | undefined;
  /** So long after the last watcher the feed goes on, that one who comes back misses nothing. Default 30,000. */
  readonly linger_ms?: number | undefined;
  /** Characters of one call's transcript kept in memory. Default 256 Ki; the rest is read from the journal. */
  readonly call_chars_max?: number | undefined;
  /** Characters of all transcripts together. Default 64 Mi. */
  readonly all_chars_max?: number | undefined;
  /** Events kept for readers who were away. Default 8,192, of together at most 16 Mi characters. */
  readonly events_max?: number | undefined;
  /** Where a failure to read is told, once until it reads again. Default console.warn. */
  readonly log?: ((message: string) => void) | undefined;
}

/** A file grew: lines of one group commit come together, so what follows within this time is read with them. */
const HINT_MS = 10;
const IDLE_MS = 1000;
const ENDED_MAX = 4096;
const EVENT_CHARS_MAX = 16 * 1024 * 1024;

export class LiveFeed {
  readonly #dir: string;
  readonly #options: LiveFeedOptions;
  readonly #reading = new SharedRun(() => this.#follow());
  readonly #listener: WriterListener = {
    line: (writer, line) => this.#line(writer, line),
    wants: (writer, head) => this.#wants(writer, head),
    segment: (writer, named) => this.#moveOn(writer, named),
    gone: (writer) => this.#lose(writer),
  };
  #events: LiveEvents;
  #room: TranscriptRoom;
  #writers = new Map<string, LiveWriter>();
  readonly #hints = new Map<string, FSWatcher>();
  readonly #hinted = new Set<string>();
  readonly #calls = new Map<string, LiveState>();
  /** By id, oldest first: their lines may come once more, carried into another segment. */
  readonly #ended = new Map<string, LiveColumns>();
  #watchers = 0;
  #wantedMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #hintTimer: NodeJS.Timeout | undefined;
  #ticking = false;
  #failing = false;
  #closed = false;

  /** `dir` is the data folder. Nothing is read before somebody asks. */
  constructor(dir: string, options: LiveFeedOptions = {}) {
    this.#dir = dir;
    this.#options = options;
    this.#events = this.#newEvents();
    this.#room = this.#newRoom();
  }

  get events(): LiveEvents {
    return this.#events;
  }

  /** How many watch now. */
  get watchers(): number {
    return this.#watchers;
  }

  /** Keeps the feed going; what it gives back lets go of it. */
  watch(): () => void {
    let watching = true;
    this.#watchers += 1;
    if (this.#watchers === 1) this.#goOn(0);
    return () => {
      if (!watching) return;
      watching = false;
      this.#watchers -= 1;
      this.#wantedMs = performance.now();
    };
  }

  /** Reads all that was durable when it was called. */
  refresh(): Promise<void> {
    this.#wantedMs = performance.now();
    if (!this.#timer) this.#goOn(IDLE_MS);
    return this.#reading.run();
  }

  /** The calls that run, as of the last reading. */
  calls(): Iterable<LiveState> {
    return this.#calls.values();
  }

  /** Calls that run under this id, or under this name of their engine's. */
  find(idOrCallId: string): LiveState[] {
    const byId = this.#calls.get(idOrCallId);
    if (byId) return [byId];
    return [...this.#calls.values()].filter((call) => call.columns.call_id === idOrCallId);
  }

  /** The columns of calls that ended a moment ago, by id or call_id. */
  findEnded(idOrCallId: string): LiveColumns[] {
    const byId = this.#ended.get(idOrCallId);
    if (byId) return [byId];
    return [...this.#ended.values()].filter((columns) => columns.call_id === idOrCallId);
  }

  /** The whole conversation so far; what memory had no room for is read from the journal once more. */
  async transcript(call: LiveState): Promise<LiveTranscript> {
    const segment = this.#writers.get(call.writer)?.segment;
    if (call.omitted === 0 || segment === undefined) return call.transcript();
    const room = { used: 0, call_max: Number.POSITIVE_INFINITY, all_max: Number.POSITIVE_INFINITY };
    const whole = new LiveState(call.id, call.writer, room);
    const { lines } = await readSegment(this.#dir, call.writer, segment);
    for (const line of lines) if (line.c === call.id && line.k !== "ended") whole.apply(line);
    return whole.transcript();
  }

  /** Asks the call's engine to hang up. */
  end(call: LiveState, asking: { who: string; reason: string }, waitMs: number): Promise<EndResult> {
    return requestEnd(this.#dir, call.writer, call.id, asking, waitMs);
  }

  /** Stops following, ends all readings and forgets everything. */
  close(): void {
    this.#closed = true;
    this.#events.close();
    this.#forget();
  }

  get #pollMs(): number {
    return this.#options.poll_ms ?? 100;
  }

  #newEvents(): LiveEvents {
    return new LiveEvents(this.#options.events_max ?? 8192, EVENT_CHARS_MAX);
  }

  #newRoom(): TranscriptRoom {
    const { call_chars_max = 256 * 1024, all_chars_max = 64 * 1024 * 1024 } = this.#options;
    return { used: 0, call_max: call_chars_max, all_max: all_chars_max };
  }

  /** Reads again after `ms`, unless a reading is under way: that one goes on by itself. */
  #goOn(ms: number): void {
    if (this.#ticking || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tick(), ms);
    // A command that asked once must be able to end.
    if (this.#watchers === 0) this.#timer.unref();
  }

  async #tick(): Promise<void> {
    const { linger_ms = 30_000 } = this.#options;
    if (this.#watchers === 0 && performance.now() - this.#wantedMs > linger_ms) {
      this.#forget();
      return;
    }
    this.#ticking = true;
    try {
      await this.#reading.run();
    } catch (error) {
      this.#fail(error);
    }
    this.#ticking = false;
    this.#goOn(this.#watchers === 0 ? IDLE_MS : this.#pollMs);
  }

  #fail(error: unknown): void {
    if (!this.#failing) (this.#options.log ?? console.warn)(`The live feed cannot read the journal: ${String(error)}`);
    this.#failing = true;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#hintTimer);
    this.#timer = undefined;
    this.#hintTimer = undefined;
    for (const hint of this.#hints.values()) hint.close();
    this.#hints.clear();
    this.#hinted.clear();
    this.#writers = new Map();
    this.#calls.clear();
    this.#ended.clear();
    this.#events = this.#newEvents();
    this.#room = this.#newRoom();
  }

  async #follow(): Promise<void> {
    const names = await listWriters(this.#dir);
    // The newest first: a call that a new engine took over is told by it before the old one is seen to be gone.
    const writers = names
      .map((name) => this.#writers.get(name) ?? new LiveWriter(this.#dir, name, this.#listener))
      .sort((a, b) => ageOf(b.name) - ageOf(a.name));
    const before = this.#writers;
    this.#writers = new Map(writers.map((writer) => [writer.name, writer]));
    let failed = false;
    for (const writer of writers) {
      try {
        await writer.follow();
        this.#listenTo(writer);
      } catch (error) {
        // One folder that cannot be read must not hide the calls of the others.
        failed = true;
        this.#fail(error);
      }
    }
    this.#failing = failed;
    for (const name of before.keys()) if (!this.#writers.has(name)) this.#lose(name);
    for (const name of this.#hints.keys()) if (this.#writers.get(name)?.isGone !== false) this.#stopHints(name);
  }

  /** Asks the system to say when the writer's files grow. It is a hint only: where there is none, polling finds out. */
  #listenTo({ name, isGone }: LiveWriter): void {
    if (isGone || this.#closed || this.#hints.has(name)) return;
    try {
      const hint = watch(writerDir(this.#dir, name), { persistent: false }, () => this.#hear(name));
      hint.on("error", () => this.#stopHints(name));
      this.#hints.set(name, hint);
    } catch {
      // No watches left, or a file system without them.
    }
  }

  #stopHints(name: string): void {
    this.#hints.get(name)?.close();
    this.#hints.delete(name);
  }

  #hear(name: string): void {
    if (this.#watchers === 0) return;
    this.#hinted.add(name);
    this.#hintTimer ??= setTimeout(() => void this.#tail(), HINT_MS).unref();
  }

  async #tail(): Promise<void> {
    const names = [...this.#hinted];
    this.#hinted.clear();
    try {
      for (const name of names) await this.#writers.get(name)?.tail();
    } catch (error) {
      this.#fail(error);
    }
    this.#hintTimer = undefined;
    const [next] = this.#hinted;
    if (next !== undefined) this.#hear(next);
  }

  #wants(writer: string, { kind, callKey, n }: LineHead): boolean {
    if (this.#ended.has(callKey)) return false;
    const known = this.#calls.get(callKey);
    if (!known?.has(kind, n)) return true;
    if (ageOf(writer) > ageOf(known.writer)) known.writer = writer;
    return kind === "ended";
  }

  #line(writer: string, line: JournalLine): void {
    const id = line.c;
    if (id === undefined || this.#ended.has(id) || !isCallIdentity(id)) return;
    const known = this.#calls.get(id);
    if (known && ageOf(known.writer) > ageOf(writer)) return;
    if (line.k === "ended") {
      if (known) this.#end(known, line.b as Partial<CallRecord>);
      return;
    }
    if (known) {
      known.writer = writer;
      const before = known.columns;
      const event = known.apply(line);
      if (event) this.#events.add(event, before, known.columns);
      return;
    }
    this.#begin(new LiveState(id, writer, this.#room), line);
  }

  #begin(call: LiveState, line: JournalLine): void {
    this.#calls.set(call.id, call);
    const atStart = line.k === "started";
    if (atStart) call.apply(line);
    else call.last_activity = line.t;
    this.#events.add({ type: "started", call: call.call() }, null, call.columns);
    if (atStart) return;
    // The line that begins it was dropped, or comes later: this one is an event of its own.
    const before = call.columns;
    const event = call.apply(line);
    if (event) this.#events.add(event, before, call.columns);
  }

  #end(call: LiveState, record: Partial<CallRecord>): void {
    this.#remove(call, record);
    this.#ended.set(call.id, call.columns);
    if (this.#ended.size <= ENDED_MAX) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }

  #remove(call: LiveState, record: Partial<CallRecord>): void {
    this.#calls.delete(call.id);
    call.forget();
    this.#events.add(endOf(call, record), call.columns, call.columns);
  }

  #moveOn(writer: string, named: ReadonlySet<string>): void {
    for (const call of this.#calls.values()) {
      if (call.writer === writer && !named.has(call.id)) this.#end(call, {});
    }
  }

  /** The calls are not remembered as ended: an engine that starts again may go on with them. */
  #lose(writer: string): void {
    for (const call of this.#calls.values()) {
      if (call.writer !== writer) continue;
      this.#remove(call, { outcome: "lost", ended_by: "unknown", end_time: call.last_activity || null });
    }
  }
}

/** When a writer began, in epoch ms, as its name says: of two that tell of one call the newer one counts. */
const ageOf = (writer: string): number => Number(writer.slice(writer.lastIndexOf("-") + 1)) || 0;
