/** Makes data folders for the crash tests: journals by encodeLine, a lake by the etl itself. */
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type CallRecord, callIdentity, normaliseRecord } from "../../src/record/index.ts";
import { encodeLine, type LineKind } from "../../src/store/journal/line.ts";
import { thisProcess } from "../../src/store/journal/process.ts";

/** All scenes play on this day. */
export const NOW = Date.parse("2026-11-21T12:00:00.000Z");
export const SOURCE = "crash";

export interface Scripted {
  readonly call_id: string;
  readonly start: string;
  readonly rev?: number;
  readonly caller?: string;
}

export function idOf(call: Scripted): string {
  return callIdentity(SOURCE, call.call_id, Date.parse(call.start));
}

/** A whole record of a scripted call, with one of each nested value. */
export function recordOf(call: Scripted): CallRecord {
  const start = Date.parse(call.start);
  return normaliseRecord({
    call_id: call.call_id,
    source: SOURCE,
    rev: call.rev ?? 1,
    caller_number: call.caller ?? "+1 555-0100",
    start_time: call.start,
    end_time: new Date(start + 60_000).toISOString(),
    created_at: call.start,
    conversation: [{ role: "user", content: `Hallo ${call.call_id} 你好`, at: call.start }],
    tool_calls: [{ name: "look_up", params: { q: call.call_id }, result: [1, null], status: "ok", duration_ms: 12 }],
  });
}

type Entry = { ended: Scripted } | { open: Scripted };
export const ended = (call_id: string, start: string, more: Partial<Scripted> = {}): Entry => ({
  ended: { call_id, start, ...more },
});
export const open = (call_id: string, start: string): Entry => ({ open: { call_id, start } });

/** Writes a writer's folder: its process is this one (`live`) or one that is gone. */
export function writeWriter(
  dir: string,
  writer: string,
  live: boolean,
  segments: Record<number, readonly Entry[]>,
): void {
  const folder = join(dir, "journal", writer);
  mkdirSync(folder, { recursive: true });
  const me = live ? thisProcess() : { ...thisProcess(), pid_start: "gone" };
  writeFileSync(join(folder, "writer.json"), JSON.stringify({ format: 1, writer, host: hostname(), ...me }));
  for (const [number, entries] of Object.entries(segments)) {
    const text = entries.flatMap((entry) => linesOf(entry));
    const head = line("segment", undefined, undefined, { format: 1, writer, segment: Number(number) });
    writeFileSync(join(folder, `${number.padStart(8, "0")}.jsonl`), [head, ...text].join(""));
  }
}

function linesOf(entry: Entry): string[] {
  const call = "ended" in entry ? entry.ended : entry.open;
  const id = idOf(call);
  const record = recordOf(call);
  const { call_id, source, start_time, caller_number } = record;
  const started = line("started", id, 1, { call_id, source, start_time, caller_number });
  const said = line("message", id, 2, { ...record.conversation?.[0] });
  return "ended" in entry ? [started, said, line("ended", id, 3, record)] : [started, said];
}

function line(k: LineKind, c: string | undefined, n: number | undefined, b: object): string {
  const t = new Date(NOW - 3_600_000).toISOString();
  return encodeLine({ k, ...(c === undefined ? {} : { c }), ...(n === undefined ? {} : { n }), t, b: { ...b } });
}
