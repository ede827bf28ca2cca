/** A backend that takes what is told of calls, over a folder of its own, without a socket. */
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { type CallHistoryApiOptions, createCallHistoryApi, createReportApi } from "../../src/api/index.ts";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { openCallLake, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";

export const SECRETS = {
  vapi: "vapi-secret-1",
  retell: "retell-key-1",
  elevenlabs: "eleven-secret-1",
  report: "fleet-1",
};
export const DEVICES: Readonly<Record<string, { assistant_id: string; client_id: string }>> = {
  "68:25:dd:00:01:01": { assistant_id: "storyteller", client_id: "acme" },
  "68:25:dd:00:01:02": { assistant_id: "teacher", client_id: "globex" },
};
export const everybody = scopeOf({ read_pii: true });

type Options = Partial<CallHistoryApiOptions> & { segment_bytes_max?: number };

export async function openBackend(options: Options = {}) {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-ingest-"));
  const history = await openCallHistory({ dir, segment_bytes_max: options.segment_bytes_max ?? 8 * 1024 * 1024 });
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const lake = await openCallLake({ dir, engine: "in-process", log });
  const report = { secret: SECRETS.report, device: (mac: string) => DEVICES[mac] ?? null };
  const appFor = (more: Options = {}) =>
    new Hono()
      .route(
        "/api/calls",
        createCallHistoryApi({
          lake,
          history,
          allow_anonymous: true,
          webhooks: {
            vapi: { secret: SECRETS.vapi, client_id: "acme" },
            retell: { api_key: SECRETS.retell },
            elevenlabs: { secret: SECRETS.elevenlabs },
          },
          report,
          log,
          ...options,
          ...more,
        }),
      )
      .route(
        "/agent/chat-history/report",
        createReportApi({ lake, history, report: more.report ?? options.report ?? report }),
      );
  const app = appFor();
  return {
    dir,
    history,
    lake,
    logged,
    app,
    appFor,
    /** What every call of that name has become. */
    async calls(call_id: string): Promise<CallRecord[]> {
      const found: CallRecord[] = [];
      const { calls } = await lake.list(EVERYTHING_FILTER, { ...PAGE, limit: 200 } as never, everybody);
      for (const { id, call_id: name } of calls) {
        if (name !== call_id) continue;
        const call = await lake.get(id, everybody);
        if (call) found.push(call);
      }
      return found;
    },
    async close() {
      await history.close();
      await lake.close();
      await rm(dir, { recursive: true });
    },
  };
}

import { EVERYTHING, FIRST_PAGE } from "../../src/query/index.ts";

const EVERYTHING_FILTER = EVERYTHING;
const PAGE = FIRST_PAGE;

export interface Asked<T> {
  status: number;
  body: T;
}

export async function ask<T = Record<string, unknown>>(
  app: Hono,
  path: string,
  init: RequestInit & { json?: unknown } = {},
): Promise<Asked<T>> {
  const { json, ...rest } = init;
  const body = json === undefined ? rest.body : JSON.stringify(json);
  const response = await app.request(path.startsWith("/agent") ? path : `/api/calls${path}`, {
    method: "POST",
    ...rest,
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

/** A webhook as its provider signs it. */
export function signed(provider: string, payload: unknown, now = Date.now()): RequestInit {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const mac = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("hex");
  const seconds = Math.floor(now / 1000);
  const headers: Record<string, string> =
    provider === "vapi"
      ? { "x-vapi-secret": SECRETS.vapi }
      : provider === "retell"
        ? { "x-retell-signature": `v=${now},d=${mac(SECRETS.retell, body + now)}` }
        : { "elevenlabs-signature": `t=${seconds},v0=${mac(SECRETS.elevenlabs, `${seconds}.${body}`)}` };
  return { method: "POST", body, headers };
}
