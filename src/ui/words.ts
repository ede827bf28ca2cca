/** Every word the elements show: one catalogue a language, in parts that come with what shows them. */
import type { dialogs } from "./words/en/dialogs.ts";
import { first } from "./words/en/first.ts";
import type { live } from "./words/en/live.ts";
import type { panels } from "./words/en/panels.ts";
import type { sql } from "./words/en/sql.ts";
import type { stats } from "./words/en/stats.ts";
import { together } from "./words/together.ts";

export type Words = typeof first & typeof dialogs & typeof live & typeof panels & typeof sql & typeof stats;

/** A part in each language; other languages than English are chunks of their own. */
interface WordsPart {
  readonly en: object;
  readonly de: () => Promise<object>;
  readonly ar: () => Promise<object>;
}

const parts: WordsPart[] = [
  {
    en: first,
    de: async () => (await import("./words/de/first.ts")).first,
    ar: async () => (await import("./words/ar/first.ts")).first,
  },
];
type Loaded = Exclude<keyof WordsPart, "en">;
/** What has been loaded of the languages beside English. */
const loaded: Readonly<Record<Loaded, Map<WordsPart, object>>> = { de: new Map(), ar: new Map() };
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);

const catalogues = new Map<string, Words>();

/**
 * The catalogue of the element that is being rendered: rendering is synchronous, and each element says its language
 * before it (`setWords`), so that two elements of one page may speak two languages. What an element uses of it, its
 * chunk has brought in.
 */
export let words: Words = catalogueOf("en");

/** Brings in the words of a chunk, English at once. */
export function addWords(part: WordsPart): void {
  parts.push(part);
  catalogues.clear();
  words = catalogueOf("en");
}

/** The language of a BCP 47 tag that there are words for; English where there are none. */
export function languageOf(locale: string): string {
  const [language = "en"] = (locale || globalThis.navigator?.language || "en").toLowerCase().split("-");
  return isLoaded(language) ? language : "en";
}

export function directionOf(locale: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(languageOf(locale)) ? "rtl" : "ltr";
}

/** Makes `words` those of the locale; English while they are not loaded. */
export function setWords(locale: string): void {
  words = catalogueOf(languageOf(locale));
}

/** Whether words of the locale are not there yet. */
export function lacksWords(locale: string): boolean {
  return missing(languageOf(locale)).length > 0;
}

/** Loads the words of a locale; true if they came anew, so that what was drawn in English is to be drawn again. */
export async function loadWords(locale: string): Promise<boolean> {
  const language = languageOf(locale);
  const wanted = missing(language);
  if (!isLoaded(language) || wanted.length === 0) return false;
  try {
    await Promise.all(wanted.map(async (part) => loaded[language].set(part, await part[language]())));
  } catch {
    // An old chunk after an update of the host: English stays until the page is loaded again.
    return false;
  }
  catalogues.delete(language);
  return true;
}

function missing(language: string): readonly WordsPart[] {
  return isLoaded(language) ? parts.filter((part) => !loaded[language].has(part)) : [];
}

function isLoaded(language: string): language is Loaded {
  return Object.hasOwn(loaded, language);
}

/** What is not loaded of a language stands in English. */
function catalogueOf(language: string): Words {
  const english = parts.map((part) => part.en);
  const others = isLoaded(language) ? [...loaded[language].values()] : [];
  const catalogue = catalogues.get(language) ?? (together([...english, ...others]) as Words);
  catalogues.set(language, catalogue);
  return catalogue;
}
