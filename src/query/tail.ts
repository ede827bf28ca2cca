/** The tail: the journal's fresh rows in a table of the engine, fed with what is new and named exactly by each question. */
import { inThisVersion } from "../record/reshape.ts";
import type { FreshRow } from "../store/journal/follower.ts";
import { recordStructSql } from "../store/lake/sql.ts";
import type { QueryEngine } from "./engine.ts";
import { StatementError } from "./errors.ts";
import type { View } from "./view.ts";

const BATCH_ROWS_MAX = 200;
const BATCH_CHARACTERS_MAX = 8 * 1024 * 1024;

/** Rows of one segment and day, named by a range of their numbers. */
export interface TailRange {
  readonly day: string;
  readonly group: number;
  /** Numbers of the rows, both inclusive. */
  readonly from: number;
  readonly to: number;
}

/** Rows of the tail as they are named in the engine that has this generation. */
export interface HeldTail {
  readonly generation: number;
  readonly ranges: TailRange[];
  /** id -> its row. */
  readonly fresh: ReadonlyMap<string, TailRange>;
}

interface Group {
  readonly number: number;
  readonly day: string;
  /** Key of a row -> its number within the group. */
  readonly rows: Map<string, number>;
  next: number;
}

/**
 * A row of the table never changes, and a question says which rows it means by (group, number). So questions in flight
 * keep their own moment, whatever is fed meanwhile; a group is deleted when no view needs it any more.
 */
export class Tail {
  readonly #engine: QueryEngine;
  readonly #log: (message: string) => void;
  #generation = 0;
  #groups = new Map<string, Group>();
  #numbers = 0;
  #refused = new Set<string>();

  constructor(engine: QueryEngine, log: (message: string) => void) {
    this.#engine = engine;
    this.#log = log;
  }

  /** Rows DuckDB cannot read; they are in the journal, and in no answer. */
  get refusedRows(): number {
    return this.#refused.size;
  }

  /**
   * Makes sure that those rows are in the engine, and names them. Must not run twice at a time.
   * `views` are the questions in flight, whose rows stay. Throws EngineLostError when the engine goes away meanwhile.
   */
  async hold(rows: readonly FreshRow[], views: Iterable<View>): Promise<HeldTail> {
    const generation = this.#engine.generation;
    if (generation !== this.#generation) await this.#begin(generation);
    const wanted = new Map<Group, number[]>();
    const fresh = new Map<string, TailRange>();
    const want = (group: Group, number: number, id: string) => {
      add(wanted, group, number);
      fresh.set(id, { day: group.day, group: group.number, from: number, to: number });
    };
    const missing: { group: Group; row: FreshRow; key: string }[] = [];
    for (const row of rows) {
      const group = this.#groupOf(row);
      const key = `${row.id} ${row.rev}`;
      const number = group.rows.get(key);
      if (number === undefined) missing.push({ group, row, key });
      else want(group, number, row.id);
    }
    const fed = await this.#feed(missing, generation);
    for (const { group, number, id } of fed) want(group, number, id);
    await this.#sweep(wanted, views, generation);
    return { generation, ranges: [...wanted].flatMap(([group, numbers]) => rangesOf(group, numbers)), fresh };
  }

  async #begin(generation: number): Promise<void> {
    await this.#engine.execute(
      `CREATE OR REPLACE TABLE tail AS SELECT 0::INTEGER AS tail_group, 0::INTEGER AS tail_number, r.* FROM (SELECT unnest(CAST('[]' AS ${recordStructSql()}[])) AS r) WHERE false`,
      [],
      generation,
    );
    this.#groups = new Map();
    this.#refused = new Set();
    this.#generation = generation;
  }

  #groupOf(row: FreshRow): Group {
    const key = `${row.writer} ${row.segment} ${row.day}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = { number: ++this.#numbers, day: row.day, rows: new Map(), next: 1 };
      this.#groups.set(key, group);
    }
    return group;
  }

  async #feed(missing: readonly { group: Group; row: FreshRow; key: string }[], generation: number) {
    const fed: { group: Group; number: number; id: string }[] = [];
    let batch: { group: Group; number: number; id: string; key: string; text: string }[] = [];
    let characters = 0;
    const flush = async () => {
      await this.#insert(batch, generation);
      for (const { group, number, id, key } of batch) {
        group.rows.set(key, number);
        if (!this.#refused.has(key)) fed.push({ group, number, id });
      }
      batch = [];
      characters = 0;
    };
    for (const { group, row, key } of missing) {
      const number = group.next++;
      const text = `{"tail_group":${group.number},"tail_number":${number},"r":${JSON.stringify(inThisVersion(row.record))}}`;
      batch.push({ group, number, id: row.id, key, text });
      characters += text.length;
      if (batch.length >= BATCH_ROWS_MAX || characters >= BATCH_CHARACTERS_MAX) await flush();
    }
    if (batch.length > 0) await flush();
    return fed;
  }

  async #insert(batch: readonly { key: string; text: string }[], generation: number): Promise<void> {
    try {
      await this.#engine.execute(INSERT, [`[${batch.map(({ text }) => text).join(",")}]`], generation);
    } catch (error) {
      if (!(error instanceof StatementError) || error.fatal) throw error;
      const [only] = batch;
      if (batch.length > 1) {
        for (const one of batch) await this.#insert([one], generation);
      } else if (error.outOfMemory) {
        // It may be read when there is room again; an answer without it would be wrong and not say so.
        throw error;
      } else if (only) {
        // One unreadable row must not take every answer with it.
        this.#refused.add(only.key);
        this.#log(`The journal's row ${only.key} cannot be read by DuckDB and is left out: ${error.message}`);
      }
    }
  }

  async #sweep(wanted: ReadonlyMap<Group, unknown>, views: Iterable<View>, generation: number): Promise<void> {
    const needed = new Set([...wanted.keys()].map((group) => group.number));
    for (const view of views) for (const range of view.ranges) needed.add(range.group);
    const gone = [...this.#groups].filter(([, group]) => !needed.has(group.number));
    if (gone.length === 0) return;
    const numbers = gone.map(([, group]) => group.number).join(", ");
    await this.#engine.execute(`DELETE FROM tail WHERE tail_group IN (${numbers})`, [], generation);
    for (const [key] of gone) this.#groups.delete(key);
  }
}

/** The rows of the tail without the two columns that name them; `day` as the lake's folders have it. */
export function tailSource(ranges: readonly TailRange[]): string {
  const conditions = ranges.map(
    ({ group, from, to }) => `(tail_group = ${group} AND tail_number BETWEEN ${from} AND ${to})`,
  );
  return `SELECT * EXCLUDE (tail_group, tail_number), CAST(start_time AT TIME ZONE 'UTC' AS DATE) AS day FROM tail WHERE ${conditions.join(" OR ") || "false"}`;
}

const INSERT = `INSERT INTO tail BY NAME SELECT tail_group, tail_number, r.* FROM (SELECT b.tail_group, b.tail_number, b.r AS r FROM (SELECT unnest(CAST($1::JSON AS STRUCT(tail_group INTEGER, tail_number INTEGER, r ${recordStructSql()})[])) AS b))`;

function add(map: Map<Group, number[]>, group: Group, number: number): void {
  const numbers = map.get(group);
  if (numbers) numbers.push(number);
  else map.set(group, [number]);
}

function rangesOf(group: Group, numbers: readonly number[]): TailRange[] {
  const ranges: { day: string; group: number; from: number; to: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number === last.to + 1) last.to = number;
    else ranges.push({ day: group.day, group: group.number, from: number, to: number });
  }
  return ranges;
}
