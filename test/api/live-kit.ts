/** For the live tests: an engine in another process, a backend with a real socket, and readers of its feed. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { onTestFinished } from "vitest";
import type { LiveFeedEvent, LiveSnapshot } from "../../src/api/contract.ts";
import { attachLiveFeed, createCallHistoryApi, type Identity } from "../../src/api/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { Order } from "./live-engine.ts";

export const ALL = ["calls.read", "calls.read_pii", "calls.control"];

export async function newDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-live-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export interface Engine {
  tell(order: Order): Promise<void>;
  kill(): Promise<void>;
  /** The whole process stands still until `wake`. */
  pause(): void;
  wake(): void;
}

export async function newEngine(dir: string): Promise<Engine> {
  const child: ChildProcess = fork(new URL("./live-engine.ts", import.meta.url), [dir], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  onTestFinished(kill);
  await once(child, "message");
  return {
    tell: async (order) => {
      const done = once(child, "message");
      child.send(order);
      await done;
    },
    kill,
    pause: () => void child.kill("SIGSTOP"),
    wake: () => void child.kill("SIGCONT"),
  };
}

export interface Backend {
  readonly lake: CallLake;
  readonly url: string;
  /** The identity that asks from now on. */
  as(identity: Partial<Identity> | null): void;
  ask<T>(path: string, init?: RequestInit): Promise<{ status: number; body: T }>;
  close(): Promise<void>;
}

export async function newBackend(dir: string): Promise<Backend> {
  const lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
  let asker: Partial<Identity> | null = {};
  const api = createCallHistoryApi({
    lake,
    dir,
    identify: () => (asker ? { subject: "ada", permissions: ALL, ...asker } : null),
    log: (message) => console.error(message),
  });
  const app = new Hono().route("/api/calls", api);
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await once(server, "listening");
  const detach = attachLiveFeed(server, { fetch: app.fetch });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calls`;
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    detach();
    server.closeAllConnections();
    server.close();
    await lake.close();
  };
  onTestFinished(close);
  const ask = async <T>(path: string, init?: RequestInit) => {
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, body: (await response.json()) as T };
  };
  const as = (identity: Partial<Identity> | null) => {
    asker = identity;
  };
  return { lake, url, as, ask, close };
}

export type Told = LiveFeedEvent | LiveSnapshot | { type: "reset"; reason: string };

export interface Reader {
  readonly told: { id: string; event: Told }[];
  /** The first event from `from` on that is so; waits for it. */
  until(isSo: (event: Told) => boolean, from?: number): Promise<Told>;
  leave(): Promise<void>;
}

/** Reads the stream of GET /live as a browser does; one that does not resume has its snapshot already. */
export async function newReader(backend: Backend, query = "", lastId?: string): Promise<Reader> {
  const left = new AbortController();
  const headers = lastId === undefined ? {} : { "last-event-id": lastId };
  const response = await fetch(`${backend.url}/live${query}`, { headers, signal: left.signal });
  if (response.status !== 200 || !response.body) throw new Error(`GET /live answers ${response.status}`);
  const told: Reader["told"] = [];
  const waiting = new Set<() => void>();
  const reading = read(response.body, (id, event) => {
    told.push({ id, event });
    for (const wake of waiting) wake();
  }).catch(() => {});
  onTestFinished(() => left.abort());
  const reader = readerOf(told, waiting, async () => {
    left.abort();
    await reading;
  });
  if (lastId === undefined) await reader.until(({ type }) => type === "snapshot");
  return reader;
}

function readerOf(told: Reader["told"], waiting: Set<() => void>, leave: () => Promise<void>): Reader {
  return {
    told,
    leave,
    until: async (isSo, from = 0) => {
      for (;;) {
        const found = told.slice(from).find(({ event }) => isSo(event));
        if (found) return found.event;
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
}

async function read(body: ReadableStream<Uint8Array>, take: (id: string, event: Told) => void): Promise<void> {
  const text = new TextDecoder();
  let buffer = "";
  for await (const chunk of body) {
    buffer += text.decode(chunk, { stream: true });
    for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
      const lines = buffer.slice(0, end).split("\n");
      buffer = buffer.slice(end + 2);
      const value = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = value("data");
      if (data === undefined) continue;
      const event = JSON.parse(data) as Told;
      if (event.type !== value("event")) throw new Error(`event is ${value("event")}, its data says ${event.type}`);
      take(value("id") ?? "", event);
    }
  }
}

/** The event as words, for what happened in which order. */
export function word({ event }: { event: Told }): string {
  switch (event.type) {
    case "snapshot":
      return `snapshot ${event.calls.map((call) => call.call_id).join(" ")}`;
    case "started":
    case "changed":
      return `${event.type} ${event.call.call_id}`;
    case "message":
      return `message ${event.message.content}`;
    case "ended":
      return `ended ${event.call_id} ${event.outcome}`;
    default:
      return event.type;
  }
}

export const isMessage =
  (content: string) =>
  (event: Told): boolean =>
    event.type === "message" && event.message.content === content;
export const isEnd =
  (callId: string) =>
  (event: Told): boolean =>
    event.type === "ended" && event.call_id === callId;
