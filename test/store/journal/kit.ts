/** A data folder of its own for each journal test, and lines and writers to fill it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type CallRecord, callIdentity, normaliseRecord } from "../../../src/record/index.ts";
import { openLine } from "../../../src/store/journal/line.ts";
import { JournalWriter } from "../../../src/store/journal/writer.ts";

export const START = "2026-11-21T10:00:00.000Z";
export const LATER = "2026-11-21T10:00:05.000Z";

export function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-journal-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const idOf = (callId: string): string => callIdentity("engine", callId, Date.parse(START));

export const started = (callId: string): string =>
  openLine("started", idOf(callId), 1, START, JSON.stringify({ call_id: callId, source: "engine", start_time: START }));

export const message = (callId: string, n: number, content: string, role = "user"): string =>
  openLine("message", idOf(callId), n, LATER, JSON.stringify({ role, content, at: LATER, offset_ms: 5000 }));

export function record(callId: string, more: object = {}): CallRecord {
  return normaliseRecord({ call_id: callId, start_time: START, end_time: LATER, created_at: LATER, ...more });
}

export const ended = (callId: string, n: number, more: object = {}): string =>
  openLine("ended", idOf(callId), n, LATER, JSON.stringify(record(callId, more)));

export function newWriter(dir: string, more: object = {}): JournalWriter {
  const writer = new JournalWriter({ dir, host: "test", segment_bytes_max: 1e6, publish_ms: 1e6, ...more });
  onTestFinished(() => writer.close());
  writer.write([]);
  return writer;
}
