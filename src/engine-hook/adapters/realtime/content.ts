/** The text of an item, in the parts of its content. */
import { listIn, numberIn, textIn } from "../engine-event.ts";
import type { Item } from "./transcript.ts";

const PARTS_MAX = 100;

/** The text of all parts; null before there is any. */
export function textOf(item: Item): string | null {
  return item.parts.length > 0 ? item.parts.filter((part) => part !== undefined).join("\n") : null;
}

/** Reads the content of an item as the server tells it whole. */
export function readContent(item: Item, given: unknown): void {
  for (const [index, part] of listIn(given, "content").entries()) {
    if (textIn(part, "type")?.includes("audio")) item.audio = true;
    const text = textIn(part, "text", "transcript");
    if (text && index < PARTS_MAX && !item.told) item.parts[index] = text;
  }
}

/** Adds letters to the part that the event names. */
export function append(item: Item, event: unknown, delta: string): void {
  const index = partIndex(event);
  if (!item.told) item.parts[index] = (item.parts[index] ?? "") + delta;
}

/** Sets the text of the part that the event names. */
export function replace(item: Item, event: unknown, text: string): void {
  if (!item.told) item.parts[partIndex(event)] = text;
}

function partIndex(event: unknown): number {
  const index = numberIn(event, "content_index") ?? 0;
  return Number.isInteger(index) && index >= 0 && index < PARTS_MAX ? index : 0;
}
