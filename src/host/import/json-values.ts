/** JSON documents in pieces: one a line, the elements of an array, or those of a wrapper's list; never all at once. */
import { isPlain } from "../../record/json.ts";
import { linesOf, UNIT_CHARACTERS_MAX } from "./input.ts";
import { notJson, parseLoose } from "./loose-json.ts";

export interface JsonValue {
  readonly value: unknown;
  /** Of the line, or of the element, counted from 1. */
  readonly number: number;
  /** Why there is no value. */
  readonly problem?: string;
}

/** Members under which services wrap their lists. */
const LISTS = ["data", "results", "calls", "items", "Documents", "documents", "value", "records"];

/** The documents of a text. What is no JSON comes as a problem; the rest goes on where the form allows it. */
export async function* jsonValues(pieces: AsyncIterable<string>): AsyncGenerator<JsonValue> {
  const [first, all] = await peeked(pieces);
  if (first === "[") yield* elements(all);
  else yield* lines(all);
}

/** The first character that is no space, and the pieces once more from the beginning. */
async function peeked(pieces: AsyncIterable<string>): Promise<[string, AsyncGenerator<string>]> {
  const iterator = pieces[Symbol.asyncIterator]();
  let head = "";
  let first = "";
  while (first === "") {
    const { value, done } = await iterator.next();
    if (done) break;
    head += value as string;
    first = head.trimStart()[0] ?? "";
  }
  async function* again() {
    if (head !== "") yield head;
    for (;;) {
      const { value, done } = await iterator.next();
      if (done) return;
      yield value as string;
    }
  }
  return [first, again()];
}

/** One document a line; a document over many lines is read as one when its first line alone is none. */
async function* lines(pieces: AsyncIterable<string>): AsyncGenerator<JsonValue> {
  let wide: string | null = null;
  for await (const { text, number } of linesOf(pieces)) {
    if (wide !== null) {
      wide += `\n${text}`;
      if (wide.length > UNIT_CHARACTERS_MAX)
        throw new Error("A JSON document of many lines is too large: give one document a line, or an array of them.");
      continue;
    }
    if (text.trim() === "") continue;
    if (number === 1 && /^\s*\{\s*("[^"]*"\s*:\s*[[{]?\s*)?$/.test(text)) {
      wide = text;
      continue;
    }
    const [value, problem] = tried(text);
    if (problem === undefined) yield* unwrapped(value, number);
    else yield { value: null, number, problem };
  }
  if (wide === null) return;
  const [value, problem] = tried(wide);
  if (problem === undefined) yield* unwrapped(value, 1);
  else yield { value: null, number: 1, problem };
}

function* unwrapped(value: unknown, number: number): Generator<JsonValue> {
  const list = isPlain(value) ? LISTS.map((name) => value[name]).find(Array.isArray) : value;
  const isWrapper =
    Array.isArray(list) && (!isPlain(value) || !("id" in value || "call_id" in value || "source" in value));
  if (!isWrapper) yield { value, number };
  else for (const [index, element] of (list as unknown[]).entries()) yield { value: element, number: index + 1 };
}

/** The elements of one array: cut where brackets balance, each parsed alone. */
async function* elements(pieces: AsyncIterable<string>): AsyncGenerator<JsonValue> {
  let [text, at, depth, from, number, inText] = ["", 0, 0, 0, 0, false];
  const cut = (end: number): JsonValue | null => {
    const element = text.slice(from, end);
    from = end + 1;
    if (element.trim() === "") return null;
    number += 1;
    const [value, problem] = tried(element);
    return problem === undefined ? { value, number } : { value: null, number, problem };
  };
  for await (const piece of pieces) {
    text += piece;
    for (; at < text.length; at += 1) {
      const mark = text[at];
      if (inText) {
        if (mark === "\\") at += 1;
        else if (mark === '"') inText = false;
      } else if (mark === '"') inText = true;
      else if (mark === "[" || mark === "{") {
        depth += 1;
        if (depth === 1) from = at + 1;
      } else if (mark === "]" || mark === "}") {
        depth -= 1;
        if (depth > 0) continue;
        const last = cut(at);
        if (last) yield last;
        return;
      } else if (mark === "," && depth === 1) {
        const next = cut(at);
        if (next) yield next;
      }
    }
    text = text.slice(from);
    at -= from;
    from = 0;
    if (text.length > UNIT_CHARACTERS_MAX) break;
  }
  yield {
    value: null,
    number: number + 1,
    problem: "The array ends in the middle of this element, or before its bracket.",
  };
}

function tried(text: string): [value: unknown, problem?: string] {
  try {
    return [parseLoose(text)];
  } catch (error) {
    return [null, notJson(error)];
  }
}
