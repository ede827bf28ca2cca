/** The statistics that several cards of a page ask for at the same moment: asked once. */
import type { CallStats } from "../../../api/contract.ts";
import { type Answer, readStats, type Server } from "../../data.ts";

const FRESH_MS = 1000;

const asked = new Map<string, { readonly answer: Promise<Answer<CallStats>>; settled_ms: number | null }>();

/** An answer that is on its way, or not older than a second. It goes on when one of those who wait for it leaves. */
export function sharedStats(server: Server, filter: URLSearchParams): Promise<Answer<CallStats>> {
  const key = JSON.stringify([server.api, server.headers, String(filter)]);
  const known = asked.get(key);
  if (known && (known.settled_ms === null || Date.now() - known.settled_ms < FRESH_MS)) return known.answer;
  const answer = readStats(server, filter, new AbortController().signal);
  const entry: { answer: Promise<Answer<CallStats>>; settled_ms: number | null } = { answer, settled_ms: null };
  asked.set(key, entry);
  void answer.finally(() => {
    entry.settled_ms = Date.now();
    setTimeout(() => asked.get(key) === entry && asked.delete(key), FRESH_MS);
  });
  return answer;
}
