/** What the etl's child process and its parent say to each other. */
import type { EraseReceipt, EraseRequest } from "./erase.ts";
import type { PublishReport } from "./publish.ts";

export interface EtlTasks {
  erase: { given: { request: EraseRequest; who: string }; answer: EraseReceipt };
  publish: { given: null; answer: PublishReport };
}
export type EtlTask = keyof EtlTasks;

/** The options that a message can carry. */
export interface EtlSettings {
  readonly dir: string;
  readonly publish_seconds?: number;
  readonly retention_days?: number;
  readonly retention_rules?: unknown;
  readonly seal_grace_seconds?: number;
}

export type ToChild =
  | { kind: "start"; settings: EtlSettings }
  | { kind: "close" }
  | { kind: "task"; number: number; task: "erase"; given: EtlTasks["erase"]["given"] }
  | { kind: "task"; number: number; task: "publish"; given: null };

export type FromChild =
  | { kind: "ready" }
  | { kind: "log"; line: string }
  | { kind: "answer"; number: number; answer: EraseReceipt | PublishReport }
  | { kind: "failed"; number: number; message: string };
