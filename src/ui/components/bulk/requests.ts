/** What is done with many calls at once: files, labels, deletion. */
import type { CallFilter } from "../../../api/contract.ts";
import { countRemovable, getFacet, labelCalls, removeCalls } from "../../../client/calls.ts";
import { type ExportChoice, exportCalls, exportUrl } from "../../../client/files.ts";
import { answerOf, type Server } from "../../data.ts";

/** Calls that one condition of a URL names. */
const IDS_MAX = 100;

/** The calls: some by id, or all under a filter as the server is to read it. */
export interface Target {
  readonly ids: readonly string[] | null;
  readonly filter: URLSearchParams;
  /** Null while it is not known. */
  readonly count: number | null;
}

const byId = (ids: readonly string[]): CallFilter => ({ where: `id:in:${ids.join(",")}` });

function groups(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_MAX) }, (_, n) => ids.slice(n * IDS_MAX, (n + 1) * IDS_MAX));
}

/**
 * An address to download from, so that the browser writes to the disk as it comes; null where a link cannot carry what
 * is needed: the host's headers, or the ids of calls that were chosen one by one.
 */
export function fileUrl(server: Server, { ids, filter }: Target, choice: ExportChoice): string | null {
  return ids === null && Object.keys(server.headers).length === 0 ? exportUrl(server, filter, choice) : null;
}

/** The file through memory; `seen` hears how many bytes have come, and how many calls there will be. */
export function readFile(
  server: Server,
  { ids, filter }: Target,
  choice: ExportChoice,
  seen: (bytes: number, total: number | null) => void,
  signal: AbortSignal,
) {
  const read = async () => {
    const { filename, type, total, body } = await exportCalls(server, ids ? byId(ids) : filter, choice, signal);
    let bytes = 0;
    const counting = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, out) => {
        bytes += chunk.byteLength;
        seen(bytes, total);
        out.enqueue(chunk);
      },
    });
    const counted = new Response(body.pipeThrough(counting), { headers: { "content-type": type } });
    return { filename, blob: await counted.blob() };
  };
  return answerOf(read(), signal);
}

export function label(
  server: Server,
  { ids, filter }: Target,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
  signal: AbortSignal,
) {
  return answerOf(labelCalls(server, ids ?? filter, change, signal), signal);
}

/** Labels that begin so, to complete what is typed. */
export function labelsLike(server: Server, prefix: string, signal: AbortSignal) {
  return answerOf(getFacet(server, "label", {}, { prefix, limit: 20 }, signal), signal);
}

/** How many calls would go. */
export function countErasable(server: Server, { ids, filter }: Target, signal: AbortSignal) {
  const count = async () => {
    let sum = 0;
    for (const which of ids ? groups(ids).map(byId) : [filter])
      sum += (await countRemovable(server, which, signal)).would_delete;
    return sum;
  };
  return answerOf(count(), signal);
}

export function erase(server: Server, { ids, filter }: Target, signal: AbortSignal) {
  const all = async () => {
    const sum = { deleted: 0, pending: 0 };
    for (const which of ids ? groups(ids).map(byId) : [filter]) {
      const { deleted, pending = 0 } = await removeCalls(server, which, signal);
      sum.deleted += deleted;
      sum.pending += pending;
    }
    return sum;
  };
  return answerOf(all(), signal);
}
