/** Reads recordings of Asterisk's ARI sockets, and plays them into the machine without a socket. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { AriCalls } from "../../src/engine-hook/adapters/asterisk/ari-calls.ts";

export const ARI_DIR = join(import.meta.dirname, "../golden/ari");

/** One line of a recording. */
export interface Recorded {
  /** When it was received, ISO 8601. */
  recv: string;
  /** Number of the connection, from 1. */
  conn: number;
  kind: "open" | "event" | "rest" | "rest-error" | "close" | "error" | "ping" | "pong";
  app?: string;
  subscribeAll?: boolean;
  event?: Record<string, unknown>;
  method?: string;
  path?: string;
  status?: number;
  response?: unknown;
  code?: number | string;
  cause?: string;
}

export interface View {
  name: string;
  lines: Recorded[];
}

/** The lines of a recording, gzipped or not. */
export function readRecording(path: string): Recorded[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Recorded);
}

/** Names of the recorded scenarios. */
export function scenarios(): string[] {
  const names = readdirSync(ARI_DIR).filter((name) => name.endsWith(".jsonl.gz"));
  return [...new Set(names.map((name) => name.split(".")[0] ?? ""))].sort();
}

/** What each socket of a scenario received: app, observer, sometimes another. */
export function viewsOf(scenario: string): View[] {
  return readdirSync(ARI_DIR)
    .filter((name) => name.startsWith(`${scenario}.`) && name.endsWith(".jsonl.gz"))
    .map((name) => ({ name: name.split(".")[1] ?? "", lines: readRecording(join(ARI_DIR, name)) }));
}

/** Plays views into the machine in the order of their reception, with the reconciliation connectAri does. */
export function play(calls: AriCalls, views: readonly View[], all: readonly View[] = views): void {
  const lists = all
    .flatMap(({ lines }) => lines)
    .filter(({ kind, method, path }) => kind === "rest" && method === "GET" && path === "/channels")
    .sort((a, b) => a.recv.localeCompare(b.recv));
  const lines = views.flatMap(({ name, lines }) => lines.map((line) => ({ view: name, line })));
  lines.sort((a, b) => a.line.recv.localeCompare(b.line.recv));
  const lost = new Map<string, { lostMs: number; restarted: boolean }>();
  const apps = new Map<string, string[] | null>();
  for (const { view, line } of lines) {
    const nowMs = Date.parse(line.recv);
    if (line.kind === "event") calls.take(line.event, nowMs);
    if (line.kind === "close" && line.code === 1006 && !lost.has(view))
      lost.set(view, { lostMs: nowMs, restarted: false });
    if (line.kind === "error" && line.code === "ECONNREFUSED") {
      const gap = lost.get(view);
      if (gap) gap.restarted = true;
    }
    if (line.kind !== "open") continue;
    apps.set(view, line.subscribeAll ? null : [line.app ?? ""]);
    const gap = lost.get(view);
    const list = gap && lists.find(({ recv }) => recv >= line.recv);
    lost.delete(view);
    if (gap && list)
      calls.reconcile(list.response, { mark: calls.mark(), ...gap, apps: apps.get(view) ?? null }, nowMs);
  }
}
