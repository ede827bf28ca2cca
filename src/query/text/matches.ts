/** The hits: where in a call's texts q is found, in plain TypeScript. */
import type { CallRecord } from "../../record/record.ts";
import { regExpOf } from "./pattern.ts";
import type { TextQuery } from "./text-query.ts";

/** A place in the text of one message or of the summary. */
export interface Hit {
  /** Index in `conversation`. */
  readonly message_index: number | "summary";
  /** In UTF-16 units of the text as it is stored; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Hits of one call; more of them say nothing more. */
const HITS_MAX = 1000;

/** All places, the summary's first, or null if something of q is nowhere in the call. At most 1,000. */
export function matchesText(q: TextQuery, record: Pick<CallRecord, "conversation" | "summary">): Hit[] | null {
  const texts = textsOf(record);
  const hits: Hit[] = [];
  for (const piece of q.pieces) {
    const pattern = regExpOf(piece);
    const before = hits.length;
    for (const { message_index, text, normal } of texts) {
      for (const match of normal.matchAll(pattern)) {
        if (hits.length - before >= HITS_MAX) break;
        const [start, end] = placeIn(text, normal, match.index, match.index + match[0].length);
        hits.push({ message_index, start, end });
      }
    }
    if (hits.length === before) return null;
  }
  return merged(hits).slice(0, HITS_MAX);
}

interface Text {
  readonly message_index: number | "summary";
  readonly text: string;
  /** In NFC, as the patterns want it. */
  readonly normal: string;
}

function textsOf({ conversation, summary }: Pick<CallRecord, "conversation" | "summary">): Text[] {
  const texts: Text[] = [];
  const add = (message_index: number | "summary", text: string | null | undefined) => {
    if (text) texts.push({ message_index, text, normal: text.normalize("NFC") });
  };
  add("summary", summary);
  for (const [index, message] of (conversation ?? []).entries()) add(index, message?.content);
  return texts;
}

/** Where a place of the normal form is in the text itself. */
function placeIn(text: string, normal: string, start: number, end: number): [number, number] {
  if (text === normal) return [start, end];
  let [from, to] = [-1, text.length];
  let [at, normalAt] = [0, 0];
  for (const [cluster] of text.matchAll(CLUSTERS)) {
    const [next, normalNext] = [at + cluster.length, normalAt + cluster.normalize("NFC").length];
    if (from < 0 && start < normalNext) from = at;
    if (end <= normalNext) {
      to = next;
      break;
    }
    [at, normalAt] = [next, normalNext];
  }
  return [Math.max(from, 0), to];
}

/** Pieces of a text that NFC changes without regard to their neighbours: a character with its marks, Korean jamo. */
const CLUSTERS = /[\uac00-\ud7a3]?[\u1100-\u11ff]+\p{M}*|[\s\S]\p{M}*/gu;

/** In order of the text, without those within others. */
function merged(hits: readonly Hit[]): Hit[] {
  const rank = (hit: Hit) => (hit.message_index === "summary" ? -1 : hit.message_index);
  const result: Hit[] = [];
  for (const hit of [...hits].sort((a, b) => rank(a) - rank(b) || a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && last.message_index === hit.message_index && hit.end <= last.end) continue;
    result.push(hit);
  }
  return result;
}
