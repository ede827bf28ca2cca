/** Snippets: the places of a call where q was found, each with some text around it. */
import type { CallRecord } from "../record/record.ts";
import { type Hit, matchesText, type TextQuery } from "./text/index.ts";

/** A part of one text of the call; `hits` are offsets within `text`. */
export interface Snippet {
  message_index: number | "summary";
  /** Of the message; null for the summary. */
  role: string | null;
  text: string;
  /** Whether the text goes on before and after. */
  more_before: boolean;
  more_after: boolean;
  hits: { start: number; end: number }[];
}

const SNIPPETS_MAX = 3;
/** UTF-16 units around the hits. */
const AROUND = 80;
const TEXT_MAX = 400;

type Texts = Pick<CallRecord, "conversation" | "summary">;

/** At most three, the first hit of each piece's messages before others. */
export function snippetsOf(q: TextQuery, call: Texts): Snippet[] {
  const byText = Map.groupBy(matchesText(q, call) ?? [], (hit) => hit.message_index);
  const most = [...byText].sort(([, a], [, b]) => b.length - a.length).slice(0, SNIPPETS_MAX);
  return most.sort(([a], [b]) => rank(a) - rank(b)).flatMap(([index, hits]) => snippetOf(call, index, hits));
}

const rank = (index: number | "summary") => (index === "summary" ? -1 : index);

function snippetOf(call: Texts, message_index: number | "summary", hits: readonly Hit[]): Snippet[] {
  const message = message_index === "summary" ? null : (call.conversation?.[message_index] ?? null);
  const whole = message_index === "summary" ? call.summary : message?.content;
  const [first] = hits;
  if (!whole || !first) return [];
  const from = wordBefore(whole, Math.max(0, first.start - AROUND));
  const within = hits.filter((hit) => hit.end - from <= TEXT_MAX - AROUND);
  const last = within.at(-1) ?? first;
  const to = wordAfter(whole, Math.min(whole.length, Math.max(last.end, first.end) + AROUND));
  const shown = within.length > 0 ? within : [first];
  return [
    {
      message_index,
      role: message?.role ?? null,
      text: whole.slice(from, to),
      more_before: from > 0,
      more_after: to < whole.length,
      hits: shown.map(({ start, end }) => ({ start: start - from, end: end - from })),
    },
  ];
}

/** Not within a word, where one begins nearby, and never within a character. */
function wordBefore(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(Math.max(0, at - 20), at).lastIndexOf(" ");
  return space >= 0 ? Math.max(0, at - 20) + space + 1 : whole(text, at);
}

function wordAfter(text: string, at: number): number {
  const space = text.slice(at, at + 20).indexOf(" ");
  return space >= 0 ? at + space : whole(text, at);
}

function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
