/** The calls that are open: found by name, ended when nothing is heard of them, and told to write what is being said. */
import { memberOf } from "../record/json.ts";
import type { LiveCall } from "./call.ts";
import { callKey } from "./call-columns.ts";

/** Silent calls are looked for this often, or four times in their timeout. */
const LOOK_MS_MAX = 30_000;
const SPEAKING_MS = 50;

export class OpenCalls {
  readonly #timeoutMs: number;
  readonly #byId = new Map<string, LiveCall>();
  /** Of several calls of one name the youngest. */
  readonly #byKey = new Map<string, LiveCall>();
  readonly #speaking = new Set<LiveCall>();
  #look: NodeJS.Timeout | undefined;
  #saying: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The open call that `call`, begun with `start`, is; null if it is a new one. */
  sameAs(call: LiveCall, start: unknown): LiveCall | null {
    const begun = memberOf(start, "start_time");
    if (begun === undefined || begun === null) return this.#byKey.get(call.key) ?? null;
    return this.#byId.get(call.id) ?? null;
  }

  find(source: string, call_id: string): LiveCall | null {
    if (typeof source !== "string" || typeof call_id !== "string") return null;
    return this.#byKey.get(callKey(source, call_id)) ?? null;
  }

  byId(id: string): LiveCall | null {
    return this.#byId.get(id) ?? null;
  }

  add(call: LiveCall): void {
    this.#byId.set(call.id, call);
    this.#byKey.set(call.key, call);
    // One timer for all calls. It keeps no engine alive.
    this.#look ??= setInterval(() => this.#endSilent(), Math.min(LOOK_MS_MAX, this.#timeoutMs / 4)).unref();
  }

  delete(call: LiveCall): void {
    this.#speaking.delete(call);
    if (this.#byId.get(call.id) !== call) return;
    this.#byId.delete(call.id);
    if (this.#byKey.get(call.key) === call) this.#byKey.delete(call.key);
    if (this.#byId.size > 0) return;
    clearInterval(this.#look);
    this.#look = undefined;
  }

  /** What is being said in the call is to be written when it is due. */
  isSpeaking(call: LiveCall): void {
    this.#speaking.add(call);
    this.#saying ??= setTimeout(() => this.#say(), SPEAKING_MS).unref();
  }

  /** The events so far of all calls, for a journal that has to begin anew. */
  lines(): string[] {
    return [...this.#byId.values()].flatMap((call) => call.lines());
  }

  /** Ends the timers. */
  stop(): void {
    clearInterval(this.#look);
    clearTimeout(this.#saying);
    this.#speaking.clear();
  }

  #say(): void {
    this.#saying = undefined;
    for (const call of this.#speaking) if (call.sayPartial()) this.#speaking.delete(call);
    if (this.#speaking.size > 0) this.#saying = setTimeout(() => this.#say(), SPEAKING_MS).unref();
  }

  #endSilent(): void {
    const before = performance.now() - this.#timeoutMs;
    for (const call of this.#byId.values()) if (call.activeAt < before) call.timeOut();
  }
}
