/** Joins the segments of one speaker, as a recogniser gives them, into one text without saying a word twice. */
import { anchorOf, overlapsOf } from "./overlap.ts";
import { spaceBetween, textOf, type Word, wordsOf } from "./words.ts";

export interface Segment {
  text: string;
  /** Milliseconds since the call's start; null where the recogniser does not say. */
  start_ms: number | null;
  end_ms: number | null;
  /** True: the words will not change. False: a guess that the next segment may correct. Null: not said. */
  final: boolean | null;
}

/** Times of recognisers jitter by so much. */
const SAME_BEGIN_MS = 20;

interface Placed {
  /** Index of its first word. */
  from: number;
  start_ms: number | null;
  end_ms: number | null;
  final: boolean | null;
}

/**
 * Words are compared without case and punctuation, in scripts without spaces character by character. How a segment meets
 * what was said before it:
 *
 * 1. Both have times and do not overlap: it is appended, whatever its words.
 * 2. It begins with the one before, covers its time, and that one was not final: it takes its place.
 * 3. It begins with words the text ends with: those are said once. Of several such overlaps the longest counts, or where
 *    times are known, the one that fits them best ("no no no").
 * 4. Times overlap, or the one before was only a guess: it takes over from where its first words stand.
 * 5. Else it is appended. After a final segment without times nothing is joined: people do say things twice.
 */
export class SpeakerText {
  /** Of all words so far, those already given out included. */
  readonly #keys: string[] = [];
  /** The words not yet given out: the last of them. */
  #open: Word[] = [];
  #openCharacters = 0;
  /** Words before this index are final: only times can join to them. */
  #finalTo = 0;
  #last: Placed | null = null;

  /** Adds a segment. Linear in its length, whatever was said before. Returns whether the open text may have changed. */
  add(segment: Segment): boolean {
    const words = wordsOf(segment.text);
    if (words.length === 0) return false;
    const keys = words.map((word) => word.key);
    const at = this.#placeOf(segment, keys);
    if (at === null) return false;
    const last = this.#last;
    const replaces = last !== null && at === last.from;
    this.#write(at, words, keys, replaces);
    const end_ms = Math.max(segment.end_ms ?? -1, replaces ? -1 : (last?.end_ms ?? -1));
    this.#last = { from: at, start_ms: segment.start_ms, end_ms: end_ms < 0 ? null : end_ms, final: segment.final };
    return true;
  }

  /** No segment without times is joined to what was said until now. */
  seal(): void {
    this.#finalTo = this.#keys.length;
    if (this.#last) this.#last.final = true;
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** Characters of the open text, about. */
  get characters(): number {
    return this.#openCharacters;
  }

  /** The open text: what was said since the last `take`. */
  text(): string {
    return textOf(this.#open);
  }

  /** Gives out the open text; what comes later is joined to it, but cannot change it any more. */
  take(): string {
    const text = this.text();
    this.#open = [];
    this.#openCharacters = 0;
    return text;
  }

  /** Whether the open text has the same words as another one. */
  saysTheSame(text: string): boolean {
    const words = wordsOf(text);
    return words.length === this.#open.length && words.every((word, at) => word.key === this.#open[at]?.key);
  }

  /** The index at which the segment's first word belongs; null where it says nothing new. */
  #placeOf({ start_ms, end_ms }: Segment, keys: readonly string[]): number | null {
    const last = this.#last;
    const length = this.#keys.length;
    if (!last) return length;
    const timed = start_ms !== null && last.start_ms !== null && last.end_ms !== null;
    if (start_ms !== null && last.start_ms !== null && last.end_ms !== null) {
      const endMs = end_ms ?? start_ms;
      if (start_ms >= last.end_ms || endMs < last.start_ms) return length;
      const begin = Math.abs(start_ms - last.start_ms) <= SAME_BEGIN_MS;
      if (begin && endMs >= last.end_ms && last.final !== true) return last.from;
    }
    const overlaps = overlapsOf(this.#keys, timed ? 0 : this.#finalTo, keys);
    if (overlaps.length > 0) {
      if (!timed || end_ms === null || last.end_ms === null) return length - (overlaps[0] ?? 0);
      const share = (last.end_ms - start_ms) / Math.max(1, end_ms - start_ms);
      return length - nearest(overlaps, share * keys.length);
    }
    if (timed && end_ms !== null && last.end_ms !== null && end_ms <= last.end_ms && last.final !== false) return null;
    // Times say that it was said meanwhile: where it began before the other, it covers it.
    const covering = timed && start_ms < (last.start_ms ?? 0) ? last.from : null;
    return this.#correctedPlace(last, timed, keys, covering) ?? length;
  }

  #correctedPlace(last: Placed, timed: boolean, keys: readonly string[], covering: number | null): number | null {
    if (last.final === true) return null;
    if (timed) {
      const place = anchorOf(this.#keys, Math.max(last.from, this.#keys.length - 2 * keys.length - 8), keys);
      return place < 0 ? covering : place;
    }
    if (last.final !== false) return null;
    const [first = "", before = ""] = [keys[0], this.#keys[last.from]];
    // A guess may end within a word: "wor", then "world".
    const grown = last.from === this.#keys.length - 1 && first.startsWith(before);
    return first === before || grown ? last.from : null;
  }

  #write(at: number, words: readonly Word[], keys: readonly string[], replaces: boolean): void {
    const openFrom = this.#keys.length - this.#open.length;
    // What was given out stays: of a segment that begins within it, only the rest counts.
    let next = Math.max(0, openFrom - at);
    let place = Math.max(at, openFrom) - openFrom;
    while (!replaces && next < words.length && this.#open[place]?.key === keys[next]) {
      // A window begins with a capital in mid-sentence, and ends with a full stop: the inner one of the two is right.
      if (place === this.#open.length - 1) this.#endWith(words[next]?.trail ?? "", next === words.length - 1);
      place += 1;
      next += 1;
    }
    this.#cut(place);
    const before = this.#open.at(-1);
    for (let first = true; next < words.length; next += 1, first = false) {
      const word = words[next];
      if (!word) continue;
      const placed = first && before ? { ...word, spaced: spaceBetween(before, word) } : word;
      this.#open.push(placed);
      this.#keys.push(keys[next] ?? "");
      this.#openCharacters += charactersOf(placed);
    }
  }

  /** Gives the last word the punctuation of a segment that goes on there, or (`ends`) also ends there. */
  #endWith(trail: string, ends: boolean): void {
    const last = this.#open.at(-1);
    if (!last || (ends && trail === "")) return;
    const word = { ...last, trail };
    this.#open[this.#open.length - 1] = word;
    this.#openCharacters += charactersOf(word) - charactersOf(last);
  }

  #cut(words: number): void {
    for (let index = words; index < this.#open.length; index += 1)
      this.#openCharacters -= charactersOf(this.#open[index]);
    this.#keys.length -= this.#open.length - words;
    this.#open.length = words;
  }
}

const charactersOf = (word: Word | undefined): number =>
  word ? word.lead.length + word.core.length + word.trail.length + 1 : 0;

/** Of the lengths the one nearest to `expected`, by ratio: of a long overlap the times are only roughly right. */
function nearest(lengths: readonly number[], expected: number): number {
  let best = lengths[0] ?? 0;
  const distance = (length: number) => Math.abs(Math.log((length + 1) / (Math.max(0, expected) + 1)));
  for (const length of lengths) if (distance(length) < distance(best)) best = length;
  return best;
}
