/** What is done with many calls at once: files, labels, deletion. */
import type { CallFilter } from "../../../api/contract.ts";
import { countRemovable, getFacet, labelCalls, removeCalls } from "../../../client/calls.ts";
import { type ExportChoice, exportCalls, exportUrl } from "../../../client/files.ts";
import { answerOf, type Server } from "../../data.ts";

/** The calls: some by id, or all under a filter as the server is to read it. */
export interface Target {
  readonly ids: readonly string[] | null;
  readonly filter: URLSearchParams;
  /** Null while it is not known. */
  readonly count: number | null;
}

const calls = ({ ids, filter }: Target): CallFilter | URLSearchParams =>
  ids === null ? filter : { where: `id:in:${ids.join(",")}` };

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
  target: Target,
  choice: ExportChoice,
  seen: (bytes: number, total: number | null) => void,
  signal: AbortSignal,
) {
  const read = async () => {
    const { filename, type, total, body } = await exportCalls(server, calls(target), choice, signal);
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
export function countErasable(server: Server, target: Target, signal: AbortSignal) {
  return answerOf(countRemovable(server, calls(target), signal), signal);
}

/** All of them by one request: one erasure, with one receipt. */
export function erase(server: Server, target: Target, signal: AbortSignal) {
  return answerOf(removeCalls(server, calls(target), signal), signal);
}
