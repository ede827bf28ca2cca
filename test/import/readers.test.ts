/** The readers of files: whatever the pieces a file comes in, the rows are the same; hostile and broken ones are told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvRows, Header } from "../../src/host/import/csv.ts";
import { linesOf } from "../../src/host/import/input.ts";
import { jsonValues } from "../../src/host/import/json-values.ts";
import { looseValue, parseLoose } from "../../src/host/import/loose-json.ts";
import { dumpRows } from "../../src/host/import/mysqldump.ts";
import { instantOf, onClock } from "../../src/host/import/times.ts";
import { textsOf, wordsOf } from "../../src/host/import/transcript.ts";

/** The text in pieces of so many characters. */
async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('"', ",", "\n", "\r", "\\", "'", "(", ")", "{", "[", "}", "]", ";", "é", "😀", "N"),
    maxLength: 12,
  }),
);
const size = fc.integer({ min: 1, max: 40 });

describe("CSV", () => {
  const quoted = (cell: string | null) => (cell === null ? "" : `"${cell.replaceAll('"', '""')}"`);

  it("gives back what was written, in pieces of any size", async () => {
    const rows = fc.array(fc.array(fc.option(hostile), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });
    const ending = fc.constantFrom("\n", "\r\n");
    await fc.assert(
      fc.asyncProperty(rows, size, ending, async (written, pieceSize, end) => {
        const text = written.map((row) => row.map(quoted).join(",") + end).join("");
        const read = await all(csvRows(pieces(text, pieceSize), ","));
        expect(read.map(({ cells }) => cells)).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });

  it("finds its separator, names its lines, and knows null from empty", async () => {
    const read = await all(csvRows(pieces('a;b\n1;"x\ny"\n\\N;""\n', 3)));
    expect(read).toEqual([
      { cells: ["a", "b"], line: 1 },
      { cells: ["1", "x\ny"], line: 2 },
      { cells: [null, ""], line: 4 },
    ]);
    const [head, row] = read;
    expect(head && row && new Header(head).read(row)).toEqual({ a: "1", b: "x\ny" });
    expect((await all(csvRows(pieces("a\tb,c\td", 2))))[0]?.cells).toEqual(["a", "b,c", "d"]);
  });

  it("says where a quote is never closed", async () => {
    await expect(all(csvRows(pieces('a,b\n1,"never', 4)))).rejects.toThrow(
      "The row that begins in line 2 opens a quote",
    );
  });
});

describe("JSON documents", () => {
  const value = fc
    .jsonValue({ maxDepth: 3 })
    .filter((one) => typeof one === "object" && one !== null && !Array.isArray(one));

  it("come out of lines, arrays and wrappers alike, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        size,
        fc.boolean(),
        async (documents, pieceSize, wide) => {
          // A wrapper is one that has a list under such a name; documents that look like one are not meant here.
          const own = documents.map((one, number) => ({ id: number, ...(one as object) }));
          const json = JSON.stringify(own, null, wide ? 2 : undefined);
          const forms = [json, `{"data":${json}}`, own.map((one) => `${JSON.stringify(one)}\n`).join("\n")];
          for (const form of forms) {
            const read = await all(jsonValues(pieces(form, pieceSize)));
            expect(read.map((one) => one.value)).toEqual(JSON.parse(JSON.stringify(own)));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("that are broken are told, and the rest goes on", async () => {
    const lines = await all(jsonValues(pieces('{"a":1}\n{"a":\n\n{"a":NaN}\n', 5)));
    expect(lines.map(({ value: one, number, problem }) => [one, number, problem === undefined])).toEqual([
      [{ a: 1 }, 1, true],
      [null, 2, false],
      [{ a: null }, 4, true],
    ]);
    expect(lines[1]?.problem).toBe("It is no JSON: it ends too early.");
    const torn = await all(jsonValues(pieces('[{"a":1},{"b":tru},{"c":[1,2', 7)));
    expect(torn.map(({ number, problem }) => [number, problem === undefined])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ]);
    // What was said has no place in a file of rejects.
    const secret = await all(jsonValues(pieces('{"said": "my number is 555-0101", nonsense}\n', 9)));
    expect(secret[0]?.problem).toMatch(/^It is no JSON: it goes wrong[^"]*\.$/);
    expect(secret[0]?.problem).not.toContain("555");
    expect(await all(jsonValues(pieces("", 1)))).toEqual([]);
    expect(await all(jsonValues(pieces(" [ ] ", 1)))).toEqual([]);
  });

  it("of Python are read; its NaN in a text stays a text", () => {
    expect(parseLoose('{"a":NaN,"b":-Infinity,"c":"NaN \\"Infinity\\""}')).toEqual({
      a: null,
      b: null,
      c: 'NaN "Infinity"',
    });
    expect(looseValue("  ")).toBeNull();
    expect(looseValue("{torn")).toBe("{torn");
  });
});

describe("a mysqldump", () => {
  const escaped = (cell: string | null) =>
    cell === null
      ? "NULL"
      : `'${cell.replace(/[\\'"\n\r]/g, (mark) => `\\${({ "\n": "n", "\r": "r" } as Record<string, string>)[mark] ?? mark}`)}'`;

  it("gives back what was written, in pieces of any size and INSERTs of any length", async () => {
    const rows = fc.array(fc.tuple(fc.integer(), fc.option(hostile)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rows, size, fc.boolean(), async (written, pieceSize, extended) => {
        const tuples = written.map(([id, text]) => `(${id},${escaped(text)})`);
        const inserts = extended ? [tuples.join(",")] : tuples;
        const dump = `-- a dump\nCREATE TABLE \`t\` (\n  \`id\` int NOT NULL,\n  \`said\` text,\n  KEY \`k\` (\`id\`)\n) ENGINE=X;\n${inserts.map((one) => `INSERT INTO \`t\` VALUES ${one};\n`).join("")}UNLOCK TABLES;\n`;
        const read = await all(dumpRows(pieces(dump, pieceSize), "t", ["usual"]));
        expect(read.map(({ cells }) => [Number(cells["id"]), cells["said"]])).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });

  it("that is cut off says so", async () => {
    const read = await all(dumpRows(pieces("INSERT INTO `t` VALUES (1,'a'),(2,'b", 6), "t", ["id", "said"]));
    expect(read.map(({ problem }) => problem)).toEqual([undefined, "The dump ends in the middle of its rows."]);
  });
});

describe("times", () => {
  it.each([
    ["2026-06-01T08:00:00.123456+00:00", "2026-06-01T08:00:00.123Z"],
    ["2026-06-01 20:00:00+12", "2026-06-01T08:00:00.000Z"],
    ["2026-06-01 04:30:00.5-03:30", "2026-06-01T08:00:00.500Z"],
    ["2026-06-01 08:00", "2026-06-01T08:00:00.000Z"],
    ["2026-06-01T08:00:00 UTC", "2026-06-01T08:00:00.000Z"],
    ["2026-06-01", "2026-06-01T00:00:00.000Z"],
    [1_780_300_800, "2026-06-01T08:00:00.000Z"],
    [1_780_300_800.25, "2026-06-01T08:00:00.250Z"],
    [1_780_300_800_250, "2026-06-01T08:00:00.250Z"],
    ["1780300800.25", "2026-06-01T08:00:00.250Z"],
  ])("%j is %s", (given, expected) => {
    expect(new Date(instantOf(given, "UTC") ?? Number.NaN).toISOString()).toBe(expected);
  });

  it.each([
    "",
    "soon",
    "2026-13-01 00:00:00",
    "2026-06-01T25:00:00Z",
    "0000-00-00 00:00:00",
    "infinity",
    Number.NaN,
    -5,
    null,
    {},
    true,
  ])("%j is none", (given) => {
    expect(instantOf(given, "UTC")).toBeNull();
  });

  it("on a clock come back as that clock shows them, in and out of summer time", () => {
    for (const zone of ["Pacific/Auckland", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"])
      for (const wall of ["2026-01-15T21:30:00", "2026-04-20T12:00:00", "2026-06-15T00:00:00", "2026-11-30T23:59:59"]) {
        const ms = onClock(Date.parse(`${wall}Z`), zone) ?? Number.NaN;
        expect(new Date(ms).toLocaleString("sv", { timeZone: zone })).toBe(wall.replace("T", " "));
      }
  });
});

describe("texts of a session table", () => {
  it.each([
    ["{}", []],
    ['{a,"b c",NULL,"NULL","with \\"quote\\" and \\\\",été}', ["a", "b c", "NULL", 'with "quote" and \\', "été"]],
    ['["a","b"]', ["a", "b"]],
    ["plain", ["plain"]],
    ["", null],
    [null, null],
  ])("%j is the list %j", (literal, expected) => {
    expect(textsOf(literal)).toEqual(expected);
  });

  it("are parted by their speakers, and kept whole without any", () => {
    expect(wordsOf("Intro\nAI: Hello\n  there\nUser:\nUser: Note: this\n\nBot: ok")).toEqual([
      { role: "unknown", content: "Intro" },
      { role: "assistant", content: "Hello\n  there" },
      { role: "user", content: "Note: this" },
      { role: "assistant", content: "ok" },
    ]);
    expect(wordsOf("  ")).toBeNull();
  });

  it("come in lines of any ending", async () => {
    const read = await all(linesOf(pieces("a\r\nb\n\nc", 2)));
    expect(read.map(({ text, number }) => `${number}:${text}`)).toEqual(["1:a", "2:b", "3:", "4:c"]);
  });
});
