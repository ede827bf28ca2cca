/** What the engine's thread and the journal's thread say to each other. */
import type { AbandonedCall } from "../store/journal/abandoned.ts";
import type { EndAnswer, EndRequest } from "../store/journal/control.ts";
import type { WriterOptions } from "../store/journal/writer.ts";

export interface WorkerOptions extends WriterOptions {
  /** Events of the open calls, after the thread before this one died. */
  adopted: readonly string[];
  /** The writer of that thread, or "". */
  gone: string;
  /** Whether to look for calls that earlier processes left open: the first thread does. */
  recover: boolean;
  /** The memory of the ring that lines come by. */
  ring: SharedArrayBuffer;
}

/**
 * To the worker: a line too long for the ring, which holds its place; the answer to somebody who asked for a call's end;
 * or the end, with the lines that the ring had no room for.
 */
export type ToWorker = string | { request: string; answer: EndAnswer } | { close: readonly string[] };

/**
 * From the worker. `written` answers a question: all that was in the ring when it was asked is durable, `acked` lines in
 * all, modulo 2^32.
 */
export type FromWorker =
  | { kind: "ready"; writer: string }
  | { kind: "written"; asked: number; acked: number; writer: string }
  | { kind: "failure"; message: string; code: string }
  | { kind: "resumed"; writer: string }
  | { kind: "abandoned"; calls: AbandonedCall[] }
  | { kind: "asked"; requests: EndRequest[] }
  | { kind: "closed" };
