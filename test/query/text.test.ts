/** What q means: examples, and DuckDB and plain TypeScript against each other and against the definition said plainly. */
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BadQuestionError } from "../../src/query/errors.ts";
import { bind } from "../../src/query/statement.ts";
import { matchesText, parseText, type TextQuery, textCondition } from "../../src/query/text/index.ts";
import type { CallRecord, Message } from "../../src/record/index.ts";
import { kindOf } from "../../src/record/words/characters.ts";
import { foldCharacter, termOf } from "../../src/record/words/fold.ts";

type Texts = Pick<CallRecord, "conversation" | "summary">;

const said = (content: string | null): Message => ({
  role: "user",
  content,
  at: null,
  offset_ms: null,
  interrupted: null,
  agent: null,
});
const call = (messages: readonly (string | null)[] | null, summary: string | null = null): Texts => ({
  conversation: messages?.map(said) ?? null,
  summary,
});

let instance: DuckDBInstance;
let connection: Awaited<ReturnType<DuckDBInstance["connect"]>>;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** Whether DuckDB finds q in each of these calls. */
async function inDuckdb(q: TextQuery, calls: readonly Texts[]): Promise<boolean[]> {
  const condition = bind(textCondition(q));
  const values = calls.map((one, index) => {
    const messages = one.conversation?.map((m) => `{content: ${m.content === null ? "NULL" : blob(m.content)}}`);
    return `(${index}, ${messages ? `[${messages.join(",")}]` : "NULL"}::STRUCT(content VARCHAR)[], ${one.summary === null ? "NULL" : blob(one.summary)})`;
  });
  const rows = await connection.runAndReadAll(
    `SELECT ${condition.text} AS found FROM (VALUES ${values.join(",")}) AS t(number, conversation, summary) ORDER BY number`,
    condition.parameters,
  );
  return rows.getRows().map(([found]) => found as boolean);
}

/** Any text, NUL included, as an SQL expression. */
const blob = (text: string) => `decode(from_hex('${Buffer.from(text).toString("hex")}'))`;

const FINDS: readonly (readonly [q: string, text: string])[] = [
  ["refund", "I want a REFUND."],
  ["refund delivery", "delivery and refund"],
  ['"late delivery"', "so Late, delivery"],
  ["o'brien", "Mr O’Brien"],
  ["don't", "we don't"],
  ["555-0142", "call (555) 0142 now"],
  ["+1-555-0142", "1 555 0142"],
  ["ada@example.com", "write to Ada@example.com."],
  ["munchen", "München"],
  ["munchen", "MU\u0308NCHEN"],
  ["münchen", "Mu\u0308nchen"],
  ["mu\u0308nchen", "München"],
  ["cafe", "un cafe\u0301!"],
  ["strasse", "Straße"],
  ["STRASSE", "STRAẞE"],
  ["straße", "STRAẞE"],
  ["messstab", "Meßstab"],
  ["sss", "ßs"],
  ["ssss", "ßß"],
  ["istanbul", "İstanbul"],
  ["İSTANBUL", "istanbul"],
  ["ılık", "ILIK"],
  ["lodz", "Łódź"],
  ["łódź", "ŁÓDŹ"],
  ["zazolc", "zażółć"],
  ["manana", "mañana"],
  ["aether", "Æther"],
  ["oeuvre", "œuvre"],
  ["σοφος", "ΣΟΦΌΣ"],
  ["елка", "Ёлка"],
  ["手机", "我的手机坏了"],
  ["机", "手机"],
  ['"手机 坏了"', "手机坏了"],
  ["iPhone手机", "我的 iphone 手机"],
  ["서울", "서울에서"],
  ["\u1109\u1165\u110b\u116e\u11af", "서울에서"],
  ["ありがとう", "どうもありがとうございます"],
  ["ガス", "ガスです"],
  ["カナ", "ｶﾅ"],
  ["สวัสดี", "ผมสวัสดีครับ"],
  ["مرحبا", "مَرْحَبًا بكم"],
  ["احمد", "أحمد"],
  ["שלום", "שָׁלוֹם"],
  ["नमस्ते", "जी नमस्ते"],
  ["👍", "ok 👍🏽"],
  ["❤️", "I ❤ it"],
  ["👨‍👩‍👧", "family 👨‍👩‍👧!"],
  ["m2", "80 m²"],
  ["abc", "ＡＢＣ"],
  ["tool_name", "the tool name"],
  ["ﬁ", "ﬁ"],
  ["naïve", "NAI\u0308VE"],
  ["ǘ", "u\u0308\u0301"],
  ["ü", "ǘ"],
  ["a", "b\0a"],
];

const FINDS_NOT: readonly (readonly [q: string, text: string])[] = [
  ["art", "start"],
  ["refund late", "refund"],
  ['"late delivery"', "late in delivery"],
  ["555-0142", "5550142"],
  ["münchen", "Munchen"],
  ["straße", "Strasse"],
  ["sss", "ßß"],
  ["łódź", "Lodz"],
  ["mueller", "Müller"],
  ["мои", "мой"],
  ["елки ёлка", "елки елка"],
  ["手坏", "手机坏了"],
  ["手机", "手 机"],
  ["कल", "काला"],
  ["か", "が"],
  ["cafe", "cafe\u0301s"],
  ["dont", "don't"],
  ["%", "100"],
].filter(([q]) => q !== "%") as [string, string][];

describe("q", () => {
  it.each(FINDS)("%s finds %s", async (text, content) => {
    const q = parseText(text);
    expect(matchesText(q, call([content]))).not.toBeNull();
    expect(await inDuckdb(q, [call([content]), call(null, content)])).toEqual([true, true]);
  });

  it.each(FINDS_NOT)("%s does not find %s", async (text, content) => {
    const q = parseText(text);
    expect(matchesText(q, call([content]))).toBeNull();
    expect(await inDuckdb(q, [call([content]), call(null, content)])).toEqual([false, false]);
  });

  it("finds words in different messages and in the summary, a phrase in one message only", async () => {
    const calls = [
      call(["late", "delivery"]),
      call(["late"], "delivery"),
      call(["late delivery"]),
      call([null, "late\n\ndelivery"]),
      call([]),
      call(null),
    ];
    const words = parseText("late delivery");
    const phrase = parseText('"late delivery"');
    expect(await inDuckdb(words, calls)).toEqual([true, true, true, true, false, false]);
    expect(await inDuckdb(phrase, calls)).toEqual([false, false, true, true, false, false]);
    expect(calls.map((one) => matchesText(words, one) !== null)).toEqual([true, true, true, true, false, false]);
    expect(calls.map((one) => matchesText(phrase, one) !== null)).toEqual([false, false, true, true, false, false]);
  });

  it("takes a quote that is not closed to the end, and typographic quotes", () => {
    expect(parseText('a "late delivery').pieces).toHaveLength(2);
    expect(parseText("„late delivery“").pieces).toHaveLength(1);
  });

  it.each([
    "",
    "  ",
    "!?",
    '""',
    "a".repeat(501),
    "a".repeat(65),
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
    "\ud800",
    "手".repeat(65),
  ])("refuses %j and says that it is q", (text) => {
    try {
      parseText(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadQuestionError);
      expect((error as BadQuestionError).field).toBe("q");
    }
  });

  it("marks hits in the text as it is stored", () => {
    const text = "Grüße aus Mu\u0308nchen, mu\u0308nchen 👍🏽 ok";
    const hits = matchesText(parseText("munchen ok"), call(["nothing", text], "munchen"));
    expect(hits).toEqual([
      { message_index: "summary", start: 0, end: 7 },
      { message_index: 1, start: 10, end: 18 },
      { message_index: 1, start: 20, end: 28 },
      { message_index: 1, start: 34, end: 36 },
    ]);
  });
});

/** Characters with which folding, borders and joining can go wrong. */
const ALPHABET = [
  ..."aAbsSßẞiIİıæÆœoeEłŁlüuU",
  ..."\u0308\u0301\u0327\u0307\ufe0f",
  ..."  -',.\n_\0\u001e\u200d\u00ad",
  ..."手机が\u304b\u3099カｶﾞ서\u1109\u1165\u11af가ก็ด",
  ..."👍🏽❤①²½1٣σςΣйиёеमि\u094dأاَשׁ",
];
const plainText = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 14 }).map((characters) => characters.join(""));
const anyText = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => [...text.toWellFormed()].filter((c) => !isNewerThanDuckdb(c)).join(""));
const text = fc.oneof({ weight: 4, arbitrary: plainText }, { weight: 1, arbitrary: anyText });
const query = fc
  .oneof(
    text,
    fc.tuple(text, text).map(([a, b]) => `"${a}" ${b}`),
  )
  .filter((q) => {
    try {
      return parseText(q).pieces.length > 0;
    } catch {
      return false;
    }
  });

/** Letters of Unicode that DuckDB's tables lack: docs/search.md says what becomes of them. */
function isNewerThanDuckdb(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff
    ? kindOf(code) === "letter"
    : /[\u088f\u0897\u0c5c\u0cdc\u1c89\u1c8a\ua7cb-\ua7f1]/.test(character);
}

/** The definition, word by word: a text as its tokens, each letter with its accents. */
interface Plain {
  readonly kind: string;
  readonly letters: readonly { letter: string; special: string | null; accents: string[] }[];
  readonly apart: boolean;
}

function plainTokens(text: string): Plain[] {
  const tokens: {
    kind: string;
    letters: { letter: string; special: string | null; accents: string[] }[];
    apart: boolean;
  }[] = [];
  let before = "gap";
  let apart = false;
  for (const character of text.normalize("NFC")) {
    const kind = kindOf(character.codePointAt(0) ?? 0);
    if (kind === "accent") {
      if (before !== "gap") tokens.at(-1)?.letters.at(-1)?.accents.push(character);
      continue;
    }
    if (kind !== "gap") {
      const folded = foldCharacter(character);
      const letters = [...folded.letter].map((letter, index, all) => ({
        letter,
        special: folded.special,
        accents: index === all.length - 1 ? [...folded.accents] : [],
      }));
      if (kind === "letter" && before === "letter") tokens.at(-1)?.letters.push(...letters);
      else tokens.push({ kind, letters, apart });
      apart = false;
    } else apart = true;
    before = kind;
  }
  return tokens;
}

/** Whether a query without typed accents is in the texts, by comparing tokens. */
function plainlyFinds(q: TextQuery, texts: readonly string[]): boolean {
  const parts = texts.flatMap((one) => one.split("\u001e"));
  return q.pieces.every(({ tokens }) =>
    parts.some((part) => {
      const found = plainTokens(part);
      return found.some((_, at) =>
        tokens.every((token, index) => {
          const other = found[at + index];
          if (!other || other.letters.map(({ letter }) => letter).join("") !== token.term) return false;
          const strict =
            index > 0 && token.kind === "unspaced" && tokens[index - 1]?.kind === "unspaced" && !token.apart;
          return !(strict && other.apart);
        }),
      );
    }),
  );
}

const isPlain = (q: TextQuery) =>
  q.pieces.every(({ tokens }) =>
    tokens.every(({ letters }) => letters.every(({ special, accents }) => special === null && accents.length === 0)),
  );

describe("over random texts", () => {
  it("DuckDB and plain TypeScript find the same, and plain words as the definition says", async () => {
    let [found, plain] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        query,
        fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 12 }),
        async (typed, texts) => {
          const q = parseText(typed);
          // Texts that are likely to be found: around what was typed, in other forms of it.
          const near = [typed, typed.normalize("NFD"), typed.toUpperCase(), `x ${typed.toLowerCase()}.`, `${typed}a`];
          const calls = [...texts.map(([a, b, c]) => call([a, b], c)), ...near.map((one) => call([one]))];
          const mine = calls.map((one) => matchesText(q, one) !== null);
          expect(await inDuckdb(q, calls)).toEqual(mine);
          found += mine.filter(Boolean).length;
          if (!isPlain(q)) return;
          plain++;
          const wanted = calls.map((one) =>
            plainlyFinds(q, [...(one.conversation ?? []).map((m) => m.content ?? ""), one.summary ?? ""]),
          );
          expect(mine).toEqual(wanted);
        },
      ),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(150);
    expect(plain).toBeGreaterThan(15);
  }, 240_000);

  it("hits hold what was asked for", () => {
    fc.assert(
      fc.property(query, text, text, (typed, before, after) => {
        const q = parseText(typed);
        const content = `${before} ${typed.replace(/["“”„]/gu, " ").normalize("NFD")} ${after}`;
        for (const hit of matchesText(q, call([content])) ?? []) {
          const marked = content.slice(hit.start, hit.end);
          expect(q.pieces.some(({ tokens }) => termOf(marked.normalize("NFC")).includes(tokens[0]?.term ?? "?"))).toBe(
            true,
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
