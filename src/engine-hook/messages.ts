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
}

/** To the worker: lines to be made durable, in order; the answer to somebody who asked for a call's end; or the end. */
export type ToWorker = readonly string[] | { request: string; answer: EndAnswer } | "close";

/** From the worker. `written` counts lines in the order in which they were sent. */
export type FromWorker =
  | { kind: "ready"; writer: string }
  | { kind: "written"; count: number; writer: string }
  | { kind: "failure"; message: string; code: string }
  | { kind: "resumed"; writer: string }
  | { kind: "abandoned"; calls: AbandonedCall[] }
  | { kind: "asked"; requests: EndRequest[] }
  | { kind: "closed" };
