/** What could not be imported, one line of JSON each: where it stands, and why. It holds nothing of what was said. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Reject } from "./source.ts";

/** Reasons that are told at once; all of them are in the file. */
const TOLD_MAX = 5;
/** A reason names a value, which may be long. */
const REASON_CHARACTERS_MAX = 300;

export class Rejects {
  /** The file, once there is a reject. */
  path: string | null = null;
  rows = 0;
  /** The first few, as sentences. */
  readonly told: string[] = [];
  readonly #file: string | null;
  #handle: number | null = null;

  /** With null nothing is written. The file is made at the first reject; one that is there goes on. */
  constructor(file: string | null) {
    this.#file = file;
  }

  add({ place, rows, reason: whole }: Reject): void {
    this.rows += rows;
    const reason = whole.length > REASON_CHARACTERS_MAX ? `${whole.slice(0, REASON_CHARACTERS_MAX)}….` : whole;
    if (this.told.length < TOLD_MAX) this.told.push(`${place.file}:${place.line}: ${reason}`);
    if (this.#file === null) return;
    this.#handle ??= openSync(this.#file, "a", 0o600);
    this.path = this.#file;
    writeSync(this.#handle, `${JSON.stringify({ file: place.file, line: place.line, reason })}\n`);
  }

  close(): void {
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
  }
}
