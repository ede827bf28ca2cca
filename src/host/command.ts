/** What a verb of the command line is, and what all of them share: options, output and exit codes. */
import { existsSync } from "node:fs";
import type { ParseArgsConfig } from "node:util";
import { type Config, readConfig } from "./config.ts";

/** 0 = done; 1 = it failed, or found something wrong; 2 = it was called wrongly; 130 = stopped by Ctrl-C or SIGTERM. */
export const EXIT = { ok: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** DuckDB reads and writes Parquet of wide rows with less, but not sorted. */
const MEMORY_MB_MIN = 128;

export type Options = NonNullable<ParseArgsConfig["options"]>;
type Values = { readonly [name: string]: string | boolean | (string | boolean)[] | undefined };

export interface Command {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What `--help` prints below the summary. */
  readonly usage: string;
  readonly options: Options;
  /** Does the job and gives the exit code. */
  readonly run: (given: Given) => Promise<number>;
}

/** A wrong call: the sentence is printed with the way to the help, and the exit code is 2. */
export class UsageError extends Error {}

/** Options every verb takes. */
export const COMMON = {
  dir: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const satisfies Options;

/** What was given on the command line and in the environment. */
export class Given {
  readonly positionals: readonly string[];
  readonly config: Config;
  readonly #values: Values;

  constructor(values: Values, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
    const dir = this.text("dir");
    this.config = readConfig(dir === undefined ? process.env : { ...process.env, CALL_HISTORY_DIR: dir });
  }

  get dir(): string {
    return this.config.dir;
  }

  get json(): boolean {
    return this.flag("json");
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  texts(name: string): string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
  }

  /** A whole number of an option. Throws UsageError for anything else. */
  whole(name: string, low: number, high: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new UsageError(`--${name} must be a whole number from ${low} to ${high}; it is ${JSON.stringify(text)}.`);
  }

  /** DuckDB's memory for a job, such as 256MB or 2GB. Throws UsageError for anything else. */
  memory(name = "memory"): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const [, amount, unit = ""] = /^(\d{1,6}) ?(MB|GB)$/i.exec(text) ?? [];
    const megabytes = Number(amount) * (/gb/i.test(unit) ? 1024 : 1);
    if (megabytes >= MEMORY_MB_MIN) return `${megabytes}MiB`;
    throw new UsageError(
      `--${name} must be an amount such as 256MB or 2GB, at least ${MEMORY_MB_MIN}MB; it is ${JSON.stringify(text)}.`,
    );
  }

  /** Throws if the data folder is not there: a job on a mistyped name must not make a new one. */
  requireFolder(): void {
    if (!existsSync(this.dir)) {
      throw new Error(`There is no data folder at ${this.dir}; name one with --dir or CALL_HISTORY_DIR.`);
    }
  }

  /** Refuses arguments where a verb takes none. */
  noPositionals(): void {
    const [first] = this.positionals;
    if (first !== undefined) throw new UsageError(`${JSON.stringify(first)} is one argument too many.`);
  }

  /** Prints a report: as JSON with --json, else as sentences. */
  report(value: object, words: string): void {
    print(this.json ? JSON.stringify(value) : words);
  }
}

/** One line on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line on stderr: what goes on, beside what was asked for. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A signal that Ctrl-C and SIGTERM raise; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => (stop.signal.aborted ? process.exit(EXIT.stopped) : stop.abort()));
  }
  return stop.signal;
}
