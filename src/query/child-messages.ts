/** What the query child and its parent say to each other. */
import type { EngineOptions, Lane } from "./engine.ts";
import type { Parameter } from "./statement.ts";

/** How many chunks of one answer may be on their way before the reader has taken the first. */
export const CHUNKS_AHEAD = 4;

export type ToChild =
  | { kind: "open"; options: EngineOptions }
  | { kind: "run"; id: number; statement: string; parameters: Parameter[]; lane: Lane }
  | { kind: "copy"; id: number; statement: string; parameters: Parameter[] }
  | { kind: "execute"; id: number; statement: string; parameters: Parameter[] }
  | { kind: "taken"; id: number }
  | { kind: "interrupt"; id: number };

export type FromChild =
  | { kind: "ready" }
  | { kind: "rows"; id: number; rows: string[] }
  | { kind: "done"; id: number }
  | { kind: "failed"; id: number; name: string; message: string };
