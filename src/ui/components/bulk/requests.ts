/** What is done with many calls at once: files, labels, deletion. */
import type { CallFilter } from "../../../api/contract.ts";
import { countRemovable, getFacet, labelCalls, removeCalls } from "../../../client/calls.ts";
import { type ExportChoice, exportCalls, exportUrl } from "../../../client/files.ts";
import { answerOf, type Server } from "../../data.ts";

/** Values that one condition takes. */
export const IDS_MAX = 100;

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

/** The filter of the calls, where one can name them. */
export function filterOf({ ids, filter }: Target): URLSearchParams | CallFilter | null {
  if (ids === null) return filter;
  return ids.length <= IDS_MAX ? byId(ids) : null;
}

/** An address to download from: the browser writes to the disk as it comes. */
export function fileUrl(server: Server, filter: URLSearchParams | CallFilter, choice: ExportChoice): string {
  return exportUrl(server, filter, choice);
}

/** The file through memory: a link could not carry the host's headers. */
export function readFile(
  server: Server,
  filter: URLSearchParams | CallFilter,
  choice: ExportChoice,
  signal: AbortSignal,
) {
  const read = async () => {
    const { filename, type, body } = await exportCalls(server, filter, choice, signal);
    return { filename, blob: await new Response(body, { headers: { "content-type": type } }).blob() };
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
