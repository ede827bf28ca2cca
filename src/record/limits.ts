/** The limits of a record and the flags that say where one was met. */

/** Characters of one text: a message, a tool's result. */
export const TEXT_CHARACTERS_MAX = 1024 * 1024;
/** Characters of a whole record, names and marks of its parts included. */
export const RECORD_CHARACTERS_MAX = 16 * 1024 * 1024;
/** A turn's latency above this is a broken clock, not a slow model. */
export const TURN_LATENCY_MS_MAX = 120_000;
/** The longest a tool can plausibly take. */
export const TOOL_DURATION_MS_MAX = 86_400_000;

const FLAGS_MAX = 50;
/** What an element of a list costs beside its text: its names and marks. */
const ELEMENT_CHARACTERS = 100;

/** Counts what a record may still hold, and collects its quality flags. Nothing that enters it throws. */
export class Scrutiny {
  readonly flags = new Set<string>();
  #left = RECORD_CHARACTERS_MAX;

  flag(name: string): void {
    if (this.flags.size < FLAGS_MAX) this.flags.add(name.length > 80 ? name.slice(0, 80).toWellFormed() : name);
  }

  /** Whether another element of a list or member of an object has room; takes its share. */
  takeElement(): boolean {
    if (this.#left < ELEMENT_CHARACTERS) {
      this.flag("truncated_text");
      return false;
    }
    this.#left -= ELEMENT_CHARACTERS;
    return true;
  }

  /** The text, well-formed and no longer than there is room for; what was changed is flagged. */
  takeText(text: string): string {
    let taken = text;
    const max = Math.min(TEXT_CHARACTERS_MAX, Math.max(0, this.#left));
    if (taken.length > max) {
      this.flag("truncated_text");
      // Never cut a pair of surrogates in two: that would make a lone one of it.
      const last = taken.charCodeAt(max - 1);
      taken = taken.slice(0, last >= 0xd800 && last <= 0xdbff ? Math.max(0, max - 1) : max);
    }
    if (!taken.isWellFormed()) {
      this.flag("malformed_text");
      taken = taken.toWellFormed();
    }
    this.#left -= taken.length;
    return taken;
  }
}
