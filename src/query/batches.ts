/** Things that are asked for one by one, and read together: a row group is decoded once for all who want a call of it. */
import { abortError } from "./errors.ts";
import { joined } from "./memo.ts";

/** Whoever comes when a batch is this large asks alone. */
const BATCH_MAX = 100;

interface Batch<T> {
  readonly ids: Set<string>;
  asked: Promise<ReadonlyMap<string, T>>;
  readonly stop: AbortController;
  users: number;
}

interface Line<T> {
  now: Batch<T>;
  /** Begins when `now` is over, with all that was asked for meanwhile. */
  next: Batch<T> | null;
}

/** Reads the things of these ids; those that are not there are not in the answer. */
export type ReadMany<T> = (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, T>>;

/** What is asked for while nobody reads is read at once; while somebody does, it waits and goes together with others. */
export class Batches<T> {
  readonly #lines = new Map<string, Line<T>>();

  /**
   * The thing of that id, or undefined. Equal `line`s are read together, and by the same `read`; what is read was asked for
   * before. A batch is stopped when all who wait for it have left. Throws what `read` throws, AbortError when the signal
   * fires.
   */
  async ask(line: string, id: string, signal: AbortSignal, read: ReadMany<T>): Promise<T | undefined> {
    if (signal.aborted) throw abortError();
    const batch = this.#enter(line, id, read);
    const things = await joined(batch, signal, () => {
      // It does not begin, and whoever comes now must not wait for it.
      const waiting = this.#lines.get(line);
      if (waiting?.next === batch) waiting.next = null;
    });
    return things.get(id);
  }

  #enter(key: string, id: string, read: ReadMany<T>): Batch<T> {
    const line = this.#lines.get(key);
    if (!line) {
      const now = begun(id, read);
      this.#lines.set(key, { now, next: null });
      this.#follow(key, now);
      return now;
    }
    if (line.next && line.next.ids.size >= BATCH_MAX) return begun(id, read);
    line.next ??= waiting(line.now, read);
    line.next.ids.add(id);
    return line.next;
  }

  #follow(key: string, now: Batch<T>): void {
    const over = () => {
      const line = this.#lines.get(key);
      if (!line?.next) this.#lines.delete(key);
      else {
        const { next } = line;
        this.#lines.set(key, { now: next, next: null });
        this.#follow(key, next);
      }
    };
    now.asked.then(over, over);
  }
}

function begun<T>(id: string, read: ReadMany<T>): Batch<T> {
  const stop = new AbortController();
  const asked = read([id], stop.signal);
  asked.catch(() => undefined);
  return { ids: new Set([id]), asked, stop, users: 0 };
}

function waiting<T>(before: Batch<T>, read: ReadMany<T>): Batch<T> {
  const stop = new AbortController();
  const ids = new Set<string>();
  const go = () => {
    if (stop.signal.aborted) throw abortError();
    return read([...ids], stop.signal);
  };
  const asked = before.asked.then(go, go);
  asked.catch(() => undefined);
  return { ids, asked, stop, users: 0 };
}
