/** The catalogues: what one says the others say too, in words of their own, with the plurals of their language. */
import { describe, expect, it } from "vitest";
import { together } from "../../src/ui/words/together.ts";
import type { Words } from "../../src/ui/words.ts";

const PARTS = ["first", "dialogs", "live", "panels", "sql", "stats"];
const catalogueOf = async (language: string) =>
  together(
    await Promise.all(
      PARTS.map(async (part) => (await import(`../../src/ui/words/${language}/${part}.ts`))[part] as object),
    ),
  ) as Words;
const [en, de, ar] = (await Promise.all(["en", "de", "ar"].map(catalogueOf))) as [Words, Words, Words];

type Leaf = string | ((...values: never[]) => string);

/** Every word by its path. */
function leaves(value: unknown, path = ""): [string, Leaf][] {
  if (typeof value === "string" || typeof value === "function") return [[path, value as Leaf]];
  return Object.entries(value as object).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

/** A word with its places filled. */
function said(leaf: Leaf, n = 3): string {
  if (typeof leaf === "string") return leaf;
  const values = Array.from({ length: leaf.length }, (_, i) => (i === 0 ? n : `«${i}»`));
  try {
    return (leaf as (...values: unknown[]) => string)(...values);
  } catch {
    return (leaf as (...values: unknown[]) => string)(...values.map((value) => `«${value}»`));
  }
}

const english = new Map(leaves(en));
/** The same in every language: names, code, abbreviations, signs. */
const SAME =
  /^(operators\.|hookLines\.|detail\.exportAs\.|metrics\.stages\.(stt|llm|tts)|stats\.columns\.p\d|help\.keys\.\d\.0|.*\.(csv|raw|ok|runHint|codec|label|sqlTitle|of|ofTurns)$)/;

describe.each([
  ["de", de],
  ["ar", ar],
] as const)("the catalogue %s", (language, catalogue) => {
  const words = new Map(leaves(catalogue));

  it("has each word of the English one, and no other", () => {
    expect([...words.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("says what was put into it, and nothing that is empty", () => {
    for (const [path, leaf] of words) {
      const text = said(leaf);
      expect(text.trim(), path).not.toBe("");
      const there = english.get(path);
      if (typeof leaf === "function" && typeof there === "function")
        for (const part of said(there).match(/«\d»/g) ?? []) expect(text, path).toContain(part);
    }
  });

  it("is in its own language", () => {
    const same = [...words].filter(([path, leaf]) => {
      const text = said(leaf);
      return !SAME.test(path) && text === said(english.get(path) ?? "") && /[a-z]{4}/.test(text);
    });
    // Words that are the same in German, such as Name, Web, System, Format, Pipeline, Agent, Parameter, Revision.
    const shared = same.filter(([, leaf]) => !/^([A-Z]\w*|n = .*|JSON.*|«.*|min|max)$/.test(said(leaf)));
    expect(shared.map(([path, leaf]) => `${path}: ${said(leaf)}`)).toEqual([]);
    if (language === "ar") expect(same).toEqual([]);
  });
});

it("counts in Arabic with one, two, few, many", () => {
  expect([1, 2, 3, 11, 100].map((n) => ar.live.count(n, String(n)))).toEqual([
    "مكالمة جارية واحدة",
    "مكالمتان جاريتان",
    "3 مكالمات جارية",
    "11 مكالمة جارية",
    "100 مكالمة جارية",
  ]);
  expect([1, 2].map((n) => de.sql.rows(n, String(n)))).toEqual(["1 Zeile", "2 Zeilen"]);
});
