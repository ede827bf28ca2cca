/** The messages of a Realtime session in the order of its items, each told once, when nothing of it can change. */
import type { TurnInput } from "../../inputs.ts";

export interface Item {
  readonly id: string;
  /** Null for what is no message: a tool's call, its answer, a list of tools. */
  role: string | null;
  /** Texts of the content's parts by index. */
  readonly parts: string[];
  /** Epoch ms of its first sound or letter. */
  at: number | null;
  /** Nothing more is generated. */
  done: boolean;
  /** Sound, whose playing goes on when its generation is done. */
  audio: boolean;
  audioMs: number;
  /** Epoch ms at which it has been played, at the latest so far as is known. */
  playedAt: number | null;
  /** Milliseconds the caller heard of it, where it was cut off. */
  heardMs: number | null;
  interrupted: boolean;
  /** Its interruption was counted. */
  barged: boolean;
  /** It was played to its end, or cut off. */
  settled: boolean;
  /** The caller's sound, whose text is still to come. */
  awaitsText: boolean;
  transcribed: boolean;
  /** Nobody heard it: an answer outside of the conversation, a silence. */
  hidden: boolean;
  told: boolean;
  turn: TurnInput | null;
}

/** So many items wait at most for one before them whose text does not come. */
const WAITING_MAX = 50;
/** So many are kept in mind, that a repeated event is known as such. */
const ITEMS_MAX = 2000;

export class Transcript {
  readonly #tell: (item: Item) => void;
  readonly #items = new Map<string, Item>();
  /** Items not told yet, in order. */
  readonly #waiting: Item[] = [];

  constructor(tell: (item: Item) => void) {
    this.#tell = tell;
  }

  find(id: string): Item | undefined {
    return this.#items.get(id);
  }

  /** The item of that id; a new one stands at the end until it is placed. */
  item(id: string): Item {
    const known = this.#items.get(id);
    if (known) return known;
    const item: Item = {
      id,
      role: null,
      parts: [],
      at: null,
      done: false,
      audio: false,
      audioMs: 0,
      playedAt: null,
      heardMs: null,
      interrupted: false,
      barged: false,
      settled: false,
      awaitsText: false,
      transcribed: false,
      hidden: false,
      told: false,
      turn: null,
    };
    this.#items.set(id, item);
    this.#waiting.push(item);
    if (this.#items.size > ITEMS_MAX) this.#forgetOldest();
    return item;
  }

  /**
   * Puts an item behind the one it follows. Without one that is known it stays at the end: servers name no predecessor
   * for the first item, and some for none at all.
   */
  place(item: Item, previous: string | null): void {
    if (item.told || previous === null || previous === item.id) return;
    const before = this.#items.get(previous);
    if (!before) return;
    this.#waiting.splice(this.#waiting.indexOf(item), 1);
    // Behind one that was told long ago: as near to it as can still be.
    const index = before.told ? 0 : this.#waiting.indexOf(before) + 1;
    this.#waiting.splice(index, 0, item);
  }

  /** Tells, in order, what is ready at `now` (epoch ms); all of it if `all`. */
  release(now: number, all = false): void {
    for (let item = this.#waiting[0]; item; item = this.#waiting[0]) {
      if (!all && this.#waiting.length <= WAITING_MAX && !this.#isReady(item, now)) return;
      this.#waiting.shift();
      item.told = true;
      if (item.role !== null && !item.hidden) this.#tell(item);
      item.parts.length = 0;
    }
  }

  /** The last sound of the assistant that still waits: what a caller who speaks now interrupts. */
  get sounding(): Item | null {
    return this.#waiting.findLast((item) => item.role === "assistant" && item.audio && item.at !== null) ?? null;
  }

  /** Epoch ms at which the first item that waits will have been played; null where it waits for something else. */
  get nextAt(): number | null {
    const [item] = this.#waiting;
    return item?.done && item.role === "assistant" ? item.playedAt : null;
  }

  #isReady(item: Item, now: number): boolean {
    if (item.hidden) return true;
    if (item.role === null) return item.done;
    if (item.role === "user") return !item.awaitsText;
    if (!item.done) return false;
    if (!item.audio || item.settled) return true;
    if (item.playedAt !== null && now >= item.playedAt) return true;
    return this.#waiting.some((later) => later !== item && later.role === "user");
  }

  #forgetOldest(): void {
    for (const [id, item] of this.#items) {
      if (!item.told) continue;
      this.#items.delete(id);
      return;
    }
  }
}
