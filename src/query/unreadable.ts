/** Files of the lake that cannot be read: found when a statement fails, left out of views, looked at again when they change. */
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { LakeFile } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import type { UnreadableFile } from "./answers.ts";
import { byHalves, failureOf } from "./by-halves.ts";
import type { QueryEngine } from "./engine.ts";
import { StatementError } from "./errors.ts";
import type { Scope } from "./scope.ts";
import { isBound } from "./scope.ts";

/** A file that has not changed is looked at again after this long: a disk may have come back. */
const AGAIN_MS = 60_000;
const MAGIC = "PAR1";
/** The magic at both ends, and the length of the footer. */
const BYTES_MIN = 12;
/** What DuckDB says where bytes are not what they should be. */
const OF_BYTES =
  /^Invalid Error|parquet|thrift|TProtocol|zstd|snappy|decompress|corrupt|magic|footer|page|IO Error|could not read/i;

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  readonly reason: string;
  again: number;
}

/** Remembers them for one data folder and one engine. */
export class UnreadableFiles {
  readonly #engine: QueryEngine;
  readonly #log: (message: string) => void;
  readonly #known = new Map<string, Known>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: QueryEngine, log: (message: string) => void) {
    this.#engine = engine;
    this.#log = log;
  }

  /** The files apart from those that cannot be read, and what is told of those. The same array where all can. */
  async sort(files: readonly LakeFile[]): Promise<{ files: readonly LakeFile[]; unreadable: UnreadableFile[] }> {
    if (this.#known.size === 0) return { files, unreadable: [] };
    const here = new Map(files.map((file) => [file.path, file]));
    for (const path of [...this.#known.keys()]) {
      const file = here.get(path);
      if (!file) this.#known.delete(path);
      else await this.#lookAgain(file);
    }
    const unreadable = files.flatMap(({ path, day }) => {
      const known = this.#known.get(path);
      return known ? [{ day, file: basename(path), reason: known.reason }] : [];
    });
    return { files: files.filter(({ path }) => !this.#known.has(path)), unreadable };
  }

  /**
   * Looks which of these files a statement failed for. False where it was for none of them: then asking again is of no
   * use. Questions that failed for one file wait for each other, and it is looked for once.
   */
  find(files: readonly LakeFile[], error: StatementError, statement = ""): Promise<boolean> {
    const found = this.#turn.then(() => this.#find(files, error, statement));
    this.#turn = found.catch(() => undefined);
    return found;
  }

  async #find(files: readonly LakeFile[], error: StatementError, statement: string): Promise<boolean> {
    const asked = statement === "" ? files : files.filter(({ path }) => statement.includes(quote(path)));
    if (asked.some(({ path }) => this.#known.has(path))) return true;
    const named = asked.filter(({ path }) => error.message.includes(path));
    // One that is simply gone has no wrong shape: a new listing tells of it.
    if (error.fileVanished) return this.#misshapen(named);
    if (named.length > 0) return this.#among(named);
    if (!OF_BYTES.test(error.message)) return false;
    return (await this.#misshapen(asked)) || this.#among(asked);
  }

  async #misshapen(files: readonly LakeFile[]): Promise<boolean> {
    let found = false;
    for (const file of files) {
      const wrong = await wrongShape(file.path);
      if (wrong === null) continue;
      await this.#remember(file, wrong);
      found = true;
    }
    return found;
  }

  /** Reads all of those files, by halves where that fails. */
  #among(files: readonly LakeFile[]): Promise<boolean> {
    return byHalves(files, {
      ask: (some) => this.#read(some),
      refuse: async (file, error) => {
        // It went away: a new listing tells.
        if (error.fileVanished && !(await isThere(file))) return;
        await this.#remember(file, (await wrongShape(file.path)) ?? saidOf(error, file));
      },
    });
  }

  /** Reads every value of those files. Throws StatementError where that does not go well. */
  async #read(files: readonly LakeFile[]): Promise<void> {
    const paths = files.map(({ path }) => quote(path)).join(", ");
    const statement = `SELECT count(*) AS calls FROM (SELECT hash(f) AS h FROM read_parquet([${paths}], hive_partitioning=false, union_by_name=true) AS f) WHERE h = 0`;
    for await (const _ of this.#engine.run(statement, [], undefined, undefined, "heavy"));
  }

  async #lookAgain(file: LakeFile): Promise<void> {
    const known = this.#known.get(file.path);
    const now = await stat(file.path).catch(() => null);
    if (!known || (now?.size === known.size && now.mtimeMs === known.mtimeMs && Date.now() < known.again)) return;
    known.again = Date.now() + AGAIN_MS;
    const reason = (await wrongShape(file.path)) ?? (await this.#failureOf(file));
    this.#known.delete(file.path);
    if (reason !== null) await this.#remember(file, reason, known.reason);
    else this.#log(`${file.path} can be read again: its calls are in the answers.`);
  }

  /** What DuckDB says when it reads all of that file anew; null where that goes well. */
  async #failureOf(file: LakeFile): Promise<string | null> {
    await this.#forgetBytes();
    const error = await failureOf(this.#read([file]));
    return error && saidOf(error, file);
  }

  /** DuckDB keeps what it has read of a file, since names are written once: what was read of a broken one, too. */
  async #forgetBytes(): Promise<void> {
    try {
      for (const on of [false, true]) await this.#engine.execute(`SET GLOBAL enable_external_file_cache=${on}`, []);
    } catch (error) {
      // The analysts' engine takes no settings: it forgets when it is started anew.
      if (!(error instanceof StatementError)) throw error;
    }
  }

  async #remember(file: LakeFile, reason: string, before: string | null = null): Promise<void> {
    const { size = 0, mtimeMs = 0 } = (await stat(file.path).catch(() => null)) ?? {};
    this.#known.set(file.path, { size, mtimeMs, reason, again: Date.now() + AGAIN_MS });
    if (reason === before) return;
    this.#log(
      `${file.path} cannot be read, so its calls are in no answer: ${reason} Run "call-lake doctor", or restore it from a backup.`,
    );
  }
}

/** What an answer over those days says of files that cannot be read. */
export function missingOf(
  unreadable: readonly UnreadableFile[],
  has: (day: string) => boolean,
  scope: Scope,
): UnreadableFile[] {
  const missing = unreadable.filter(({ day }) => has(day));
  if (!isBound(scope)) return missing;
  return [...new Set(missing.map(({ day }) => day))].map((day) => ({ day }));
}

/** Why it cannot be a Parquet file, seen from its two ends; null where these are as they should be, or it is not there. */
async function wrongShape(path: string): Promise<string | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? null : `It cannot be opened (${code ?? "unknown"}).`;
  }
  try {
    const { size } = await handle.stat();
    if (size === 0) return "It is empty.";
    if (size < BYTES_MIN) return `It has only ${size} bytes.`;
    const head = Buffer.alloc(4);
    const tail = Buffer.alloc(8);
    await handle.read(head, 0, 4, 0);
    await handle.read(tail, 0, 8, size - 8);
    if (head.toString("latin1") !== MAGIC) return "It does not begin as a Parquet file.";
    if (tail.toString("latin1", 4) !== MAGIC) return "Its end is missing.";
    return tail.readUInt32LE(0) + BYTES_MIN > size ? "Its footer is longer than the file." : null;
  } catch (error) {
    return `It cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`;
  } finally {
    await handle.close();
  }
}

async function isThere(file: LakeFile): Promise<boolean> {
  return (await stat(file.path).catch(() => null)) !== null;
}

/** DuckDB's words about a file, without the folder it is in. */
function saidOf(error: StatementError, file: LakeFile): string {
  const [first = ""] = error.message.split("\n");
  return `DuckDB says: ${first.replaceAll(file.path, basename(file.path)).slice(0, 300)}`;
}
