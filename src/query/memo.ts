/** The memo: rows of statements that were asked before. */
import { createHash } from "node:crypto";
import { namesWithDays } from "../store/lake/names.ts";
import type { Lane, QueryEngine } from "./engine.ts";
import { abortError } from "./errors.ts";
import type { Row } from "./rows.ts";
import type { Parameter } from "./statement.ts";
import type { View } from "./view.ts";

/** What a row's JSON text takes as objects, about. */
const BYTES_A_CHARACTER = 4;
const BYTES_AN_ENTRY = 500;
/** An entry may take this share of the whole. */
const ENTRY_SHARE = 8;
/** What nobody has asked for this long goes: an erased caller must not stay in memory where nobody asks any more. */
const IDLE_MS = 60_000;
/** Lists of callers are added to while questions are answered: the same text may come to have more rows. */
const GROWS = /\brollup_caller\b/;

export interface Asked {
  readonly rows: Row[];
  /** Length of the rows as JSON. */
  readonly characters: number;
}

interface Entry extends Asked {
  readonly bytes: number;
  /** The files its statement names, or that what it names was made from: each by its day's folder and its name. */
  readonly files: readonly string[];
  /** Whether it was made of rows of the tail, or of sums of files it does not name. */
  readonly tail: boolean;
  readonly sums: boolean;
}

export interface MemoCounts {
  readonly hits: number;
  readonly misses: number;
  /** What is kept, about. */
  readonly bytes: number;
}

interface Running {
  readonly asked: Promise<Asked>;
  readonly stop: AbortController;
  users: number;
}

/**
 * A statement names its files, whose names are written once, and its rows of the tail, which never change: the same text
 * with the same parameters has the same rows as long as the engine lives.
 */
export class Memo {
  readonly #bytesMax: number;
  /** The one used last is last. */
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, Running>();
  #bytes = 0;
  #files: View["files"] = [];
  #here = new Set<string>();
  #ranges = "";
  #generation = 0;
  /** Rises whenever lists of callers may have grown. */
  #grown = 0;
  #idle: NodeJS.Timeout | undefined;
  #hits = 0;
  #misses = 0;

  /** Keeps about `bytesMax` bytes; 0 = nothing, and statements that run are shared all the same. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get counts(): MemoCounts {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes };
  }

  /** The engine, of which the memo hears what is added to tables. */
  over(engine: QueryEngine): QueryEngine {
    return {
      kind: engine.kind,
      get generation() {
        return engine.generation;
      },
      run: (...asked) => engine.run(...asked),
      copy: (...asked) => engine.copy(...asked),
      close: () => engine.close(),
      execute: async (statement, ...more) => {
        const grows = GROWS.test(statement);
        if (grows) this.#grown++;
        try {
          await engine.execute(statement, ...more);
        } finally {
          if (grows) this.#grown++;
        }
      },
    };
  }

  /** Forgets what was read of files and rows that the newest view no longer has. */
  see(view: View): void {
    if (view.generation !== this.#generation) {
      this.#generation = view.generation;
      this.#forget(() => true);
    }
    if (view.files !== this.#files) {
      const here = new Set(view.files.flatMap(({ path }) => namesWithDays(path)));
      const gone = new Set([...this.#here].filter((name) => !here.has(name)));
      this.#files = view.files;
      this.#here = here;
      if (gone.size > 0) this.#forget(({ files, sums }) => sums || files.some((name) => gone.has(name)));
    }
    const ranges = rangesOf(view);
    if (ranges !== this.#ranges) {
      this.#ranges = ranges;
      this.#forget(({ tail }) => tail);
    }
  }

  /**
   * The rows of a statement of that view, which nobody may change. Those who ask for the same at once share one run, which
   * is stopped when the last of them has left. Throws what `ask` throws, AbortError when the signal fires.
   */
  async rows(
    view: View,
    text: string,
    parameters: readonly Parameter[],
    lane: Lane,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Asked>,
  ): Promise<Row[]> {
    const grown = GROWS.test(text) ? this.#grown : 0;
    const key = keyOf(view.generation, grown, text, parameters);
    const known = this.#entries.get(key);
    if (known) {
      this.#hits++;
      this.#entries.delete(key);
      this.#entries.set(key, known);
      this.#restLater();
      return known.rows;
    }
    this.#misses++;
    // Not across lanes: a list must not come to wait where statistics do.
    const { rows } = await this.#shared(`${lane} ${key}`, signal, async (stop) => {
      const asked = await ask(stop);
      this.#keep(key, view, text, asked);
      return asked;
    });
    return rows;
  }

  clear(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#forget(() => true);
  }

  async #shared(key: string, signal: AbortSignal, ask: (stop: AbortSignal) => Promise<Asked>): Promise<Asked> {
    if (signal.aborted) throw abortError();
    let running = this.#running.get(key);
    if (!running) {
      const stop = new AbortController();
      running = { asked: ask(stop.signal), stop, users: 0 };
      this.#running.set(key, running);
      const begun = running;
      const over = () => {
        if (this.#running.get(key) === begun) this.#running.delete(key);
      };
      begun.asked.then(over, over);
    }
    const mine = running;
    return joined(mine, signal, () => {
      // Whoever asks from now on begins anew.
      if (this.#running.get(key) === mine) this.#running.delete(key);
    });
  }

  #keep(key: string, view: View, text: string, asked: Asked): void {
    const files = [...new Set(namesWithDays(text))];
    const entry: Entry = {
      ...asked,
      files,
      tail: /\bFROM tail\b/.test(text),
      sums: text.includes("rollup_"),
      bytes: BYTES_AN_ENTRY + 2 * files.join("").length + BYTES_A_CHARACTER * asked.characters,
    };
    if (entry.bytes > this.#bytesMax / ENTRY_SHARE || view.generation !== this.#generation) return;
    // A newer view has been taken meanwhile: what it no longer has is not kept.
    if (entry.tail && rangesOf(view) !== this.#ranges) return;
    if (entry.sums && view.files !== this.#files) return;
    if (files.some((name) => !this.#here.has(name))) return;
    this.#bytes += entry.bytes - (this.#entries.get(key)?.bytes ?? 0);
    this.#entries.set(key, entry);
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
    this.#restLater();
  }

  #forget(which: (entry: Entry) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (!which(entry)) continue;
      this.#entries.delete(key);
      this.#bytes -= entry.bytes;
    }
  }

  #restLater(): void {
    if (this.#idle) this.#idle.refresh();
    else this.#idle = setTimeout(() => this.#forget(() => true), IDLE_MS).unref();
  }
}

/** Waits for a shared run for as long as the signal lets; the last one to leave stops it. */
export async function joined<T>(
  running: { readonly asked: Promise<T>; readonly stop: AbortController; users: number },
  signal: AbortSignal,
  left: () => void,
): Promise<T> {
  running.users++;
  let leave = () => {};
  const gone = new Promise<never>((_, reject) => {
    leave = () => {
      if (--running.users === 0) {
        left();
        running.stop.abort();
      }
      reject(abortError());
    };
    signal.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([running.asked, gone]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

const rangesOf = ({ ranges }: View) => ranges.map(({ group, from, to }) => `${group}:${from}-${to}`).join();

function keyOf(generation: number, grown: number, text: string, parameters: readonly Parameter[]): string {
  return createHash("sha256")
    .update(`${generation} ${grown} ${JSON.stringify(parameters)} `)
    .update(text)
    .digest("base64");
}
