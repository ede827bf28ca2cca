/** Writes segments, with synchronous calls: it lives in a worker thread of the engine's process, and nowhere else. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { encodeLine, headOf, sealLine } from "./line.ts";
import {
  journalDir,
  rotateFile,
  sealFile,
  segmentFile,
  tmpSegmentFile,
  writerDir,
  writerFile,
  writerName,
} from "./names.ts";
import { thisProcess } from "./process.ts";

export const HEARTBEAT_MS = 10_000;

export interface WriterOptions {
  /** The data folder. */
  dir: string;
  /** First part of the writer's name; the machine's name by default. */
  host?: string;
  /** A segment with so many new bytes is closed. */
  segment_bytes_max: number;
  /** A segment with an ended call is closed after this time. */
  publish_ms: number;
}

/**
 * One writer at a time, under a new name whenever its folder was sealed or is gone. `write` throws what the disk threw;
 * the segment is abandoned then, and the next `write` begins another one with all that must not be missing.
 */
export class JournalWriter {
  readonly #options: WriterOptions;
  /** The events so far of each open call, carried over into each new segment. */
  readonly #open = new Map<string, string[]>();
  /** What is being said in each open call: the last line of it. */
  readonly #partial = new Map<string, string>();
  #name: string | null = null;
  #startedMs = 0;
  #segment = 0;
  #fd: number | null = null;
  #inode = 0;
  #bytes = 0;
  #openedMs = 0;
  #endedCalls = 0;
  #heartbeatMs = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** The writer's name; null before the first success and after a seal. */
  get name(): string | null {
    return this.#name;
  }

  /** Takes over from the writer of a thread that died: its open calls go into the first segment, and it is sealed. */
  adopt(lines: readonly string[], gone: string): void {
    for (const line of lines) this.#remember(line);
    if (gone !== "") this.#seal(gone);
  }

  /** Appends the lines (texts of `openLine`); when it returns, they are durable and nobody had sealed the writer. */
  write(lines: readonly string[]): void {
    try {
      if (this.#fd === null) this.#openNext(lines);
      else this.#append(this.#fd, lines);
      this.#look();
    } catch (error) {
      this.#abandon();
      throw error;
    }
    for (const line of lines) this.#remember(line);
  }

  /** Heartbeat, and the next segment if one is asked for or due. Throws like `write`. */
  tick(nowMs = Date.now()): void {
    if (this.#fd === null || this.#name === null) return;
    const asked = rotateFile(this.#options.dir, this.#name);
    const isAsked = existsSync(asked);
    const due = this.#endedCalls > 0 && nowMs - this.#openedMs >= this.#options.publish_ms;
    if (due || this.#bytes >= this.#options.segment_bytes_max || (isAsked && this.#bytes > 0)) this.#rotate();
    if (isAsked) quietly(() => unlinkSync(asked));
    if (Math.abs(nowMs - this.#heartbeatMs) < HEARTBEAT_MS) return;
    this.#heartbeatMs = nowMs;
    const file = writerFile(this.#options.dir, this.#name);
    quietly(() => utimesSync(file, nowMs / 1000, nowMs / 1000));
  }

  /** Seals the writer: it acknowledges nothing any more, so the etl need not wait for the process to end. */
  close(): void {
    const name = this.#name;
    this.#abandon();
    this.#name = null;
    if (name !== null) this.#seal(name);
  }

  #seal(name: string): void {
    quietly(() => {
      closeSync(openSync(sealFile(this.#options.dir, name), "wx"));
      fsyncFolder(writerDir(this.#options.dir, name));
    });
  }

  #append(fd: number, lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#bytes += writeWhole(fd, lines.map(sealLine).join(""));
    fdatasyncSync(fd);
  }

  /**
   * After the sync: is the writer unsealed and the segment still under its name? A sealed writer's folder may be removed
   * whole by now, so a missing segment says the same as the seal.
   */
  #look(): void {
    const name = this.#name ?? "";
    const { dir } = this.#options;
    if (existsSync(sealFile(dir, name))) {
      this.#name = null;
      throw new Error(`The writer ${name} was sealed; what it had not acknowledged goes to a new one.`);
    }
    const path = segmentFile(dir, name, this.#segment);
    if (statSync(path, { throwIfNoEntry: false })?.ino === this.#inode) return;
    this.#name = null;
    throw new Error(`The segment ${path} is gone; what was not acknowledged goes to a new writer.`);
  }

  #remember(line: string): void {
    const { kind, callKey } = headOf(line);
    if (kind === "ended") {
      this.#endedCalls += 1;
      this.#open.delete(callKey);
      this.#partial.delete(callKey);
      return;
    }
    if (kind === "partial") {
      this.#partial.set(callKey, line);
      return;
    }
    const events = this.#open.get(callKey);
    if (events) events.push(line);
    else this.#open.set(callKey, [line]);
  }

  #rotate(): void {
    const old = this.#fd;
    this.#fd = null;
    try {
      this.#openNext([]);
      this.#look();
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      if (old !== null) quietly(() => closeSync(old));
    }
  }

  #abandon(): void {
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null) quietly(() => closeSync(fd));
  }

  /** The next segment: header, events of open calls, and `lines`, whole on disk before it has its name. */
  #openNext(lines: readonly string[]): void {
    const { dir } = this.#options;
    if (this.#name === null || !existsSync(writerFile(dir, this.#name))) this.#beginWriter();
    const name = this.#name ?? "";
    const segment = this.#segment + 1;
    const tmp = tmpSegmentFile(dir, name, segment);
    mkdirSync(dirname(tmp), { recursive: true });
    quietly(() => unlinkSync(tmp));
    let fd: number | null = openSync(tmp, "ax");
    try {
      const carried = [...this.#open.values()]
        .flat()
        .concat(...this.#partial.values())
        .map(sealLine)
        .join("");
      writeWhole(fd, this.#header(name, segment) + carried);
      this.#bytes = writeWhole(fd, lines.map(sealLine).join(""));
      fsyncSync(fd);
      linkSync(tmp, segmentFile(dir, name, segment));
      // From here on the number is taken, whatever else fails. A kill now leaves the file in tmp as well.
      this.#segment = segment;
      fsyncFolder(writerDir(dir, name));
      this.#inode = fstatSync(fd).ino;
      this.#fd = fd;
      fd = null;
    } finally {
      quietly(() => unlinkSync(tmp));
      const failed = fd;
      if (failed !== null) quietly(() => closeSync(failed));
    }
    this.#openedMs = Date.now();
    this.#endedCalls = 0;
  }

  #header(writer: string, segment: number): string {
    const b = { format: 1, writer, segment, host: hostname(), ...thisProcess() };
    return encodeLine({ k: "segment", t: new Date().toISOString(), b });
  }

  /** A new writer's folder and its writer.json; a kill in between leaves a folder that the etl takes for gone. */
  #beginWriter(): void {
    const { dir, host } = this.#options;
    mkdirSync(journalDir(dir), { recursive: true });
    const startedMs = Math.max(Date.now(), this.#startedMs + 1);
    const name = this.#makeFolder(host ?? hostname(), startedMs);
    const file = writerFile(dir, name);
    try {
      const fd = openSync(file, "wx");
      try {
        const started_at = new Date().toISOString();
        writeWhole(
          fd,
          `${JSON.stringify({ format: 1, writer: name, host: hostname(), ...thisProcess(), started_at })}\n`,
        );
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      for (const folder of [writerDir(dir, name), journalDir(dir), dir, dirname(dir)]) fsyncFolder(folder);
    } catch (error) {
      // Else a full disk would gather an empty folder with each attempt.
      quietly(() => unlinkSync(file));
      quietly(() => rmdirSync(writerDir(dir, name)));
      throw error;
    }
    this.#name = name;
    this.#segment = 0;
    this.#heartbeatMs = Date.now();
  }

  #makeFolder(host: string, startedMs: number): string {
    for (let ms = startedMs; ; ms += 1) {
      const name = writerName(host, ms);
      try {
        mkdirSync(writerDir(this.#options.dir, name));
        this.#startedMs = ms;
        return name;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST" || ms - startedMs > 1000) throw error;
      }
    }
  }
}

/** Writes all of a text and returns its bytes; a write may take less than it was given. */
function writeWhole(fd: number, text: string): number {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at);
  return bytes.length;
}

function fsyncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** For steps whose failure changes nothing: the next step that matters fails by itself. */
function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // See above.
  }
}
