/** Every word the elements show: one catalogue a language, English until another one is loaded. */
import { en } from "./words/en/index.ts";

export type Words = typeof en;

/** Languages beside English, each a chunk of its own. */
const LOADERS: Record<string, () => Promise<Words>> = {
  de: async () => (await import("./words/de/index.ts")).de,
  ar: async () => (await import("./words/ar/index.ts")).ar,
};

const loaded = new Map<string, Words>([["en", en]]);
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);

/**
 * The catalogue of the element that is being rendered: rendering is synchronous, and each element says its language
 * before it (`setWords`), so that two elements of one page may speak two languages.
 */
export let words: Words = en;

/** The language of a BCP 47 tag that there are words for; English where there are none. */
export function languageOf(locale: string): string {
  const [language = "en"] = (locale || globalThis.navigator?.language || "en").toLowerCase().split("-");
  return language in LOADERS ? language : "en";
}

export function directionOf(locale: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(languageOf(locale)) ? "rtl" : "ltr";
}

/** Makes `words` those of the locale; English while they are not loaded. */
export function setWords(locale: string): void {
  words = loaded.get(languageOf(locale)) ?? en;
}

/** Loads the words of a locale; true if they came anew, so that what was drawn in English is to be drawn again. */
export async function loadWords(locale: string): Promise<boolean> {
  const language = languageOf(locale);
  if (loaded.has(language)) return false;
  const load = LOADERS[language];
  if (!load) return false;
  try {
    loaded.set(language, await load());
  } catch {
    // An old chunk after an update of the host: English stays until the page is loaded again.
    return false;
  }
  return true;
}
