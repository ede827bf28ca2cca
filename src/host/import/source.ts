/** What a source of an import is: a reader that turns rows of elsewhere into calls, one file a kind. */
import type { RecordInput } from "../../engine-hook/index.ts";

/** Where something stands in the source. */
export interface Place {
  readonly file: string;
  /** Line, row or document, counted from 1. */
  readonly line: number;
}

/** A call as the source has it: columns of a record; `start_time` is epoch ms or a text with its zone. */
export interface ToldCall {
  readonly place: Place;
  /** Rows of the source that it was made of. */
  readonly rows: number;
  readonly columns: Partial<RecordInput> & { readonly id?: string };
}

/** Rows that are no call, and why. */
export interface Reject {
  readonly place: Place;
  readonly rows: number;
  readonly reason: string;
}

export type Item = ToldCall | Reject;

export const isReject = (item: Item): item is Reject => "reason" in item;

/** How far the reading is; a source sets it as it goes. */
export interface Meter {
  /** 0 = not known. */
  total: number;
  done: number;
  unit: "rows" | "bytes";
}

/** What a source is given to read. */
export interface Reading {
  /** Files, or for a live server its connection string. */
  readonly from: readonly string[];
  /** IANA zone of times that name none. */
  readonly zone: string;
  /** ISO 4217 code of money that names none; null = not known. */
  readonly currency: string | null;
  /** Folder for files that are gone when the reading ends. */
  readonly temp_dir: string;
  readonly meter: Meter;
  /** Rows after which a sample is large enough; Infinity = all. */
  readonly rows_max: number;
}

export interface Source {
  /** What it reads, in one line of the help. */
  readonly summary: string;
  /** From a source's field to a record's column, for the dry run and the docs. */
  readonly mapping: readonly (readonly [from: string, to: string])[];
  /** Whether calls come in the order of their start; others are sorted on disk first. */
  readonly in_time_order: boolean;
  /** A call's first message may turn up later, and its start moves: one of the same name is then the same call. */
  readonly start_moves?: true;
  /** Records of our own keep their id and revision. */
  readonly keeps_ids?: true;
  read(reading: Reading): AsyncIterable<Item>;
}
