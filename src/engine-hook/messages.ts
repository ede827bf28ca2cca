/** What the engine's thread and the journal's thread say to each other. */
import type { WriterOptions } from "../store/journal/writer.ts";

export interface WorkerOptions extends WriterOptions {
  /** Events of the open calls, after the thread before this one died. */
  adopted: readonly string[];
  /** The writer of that thread, or "". */
  gone: string;
}

/** To the worker: lines to be made durable, in order; or the end. */
export type ToWorker = readonly string[] | "close";

/** From the worker. `written` counts lines in the order in which they were sent. */
export type FromWorker =
  | { kind: "ready"; writer: string }
  | { kind: "written"; count: number; writer: string }
  | { kind: "failure"; message: string; code: string }
  | { kind: "resumed"; writer: string }
  | { kind: "closed" };
