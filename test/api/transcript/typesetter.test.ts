/** Setting text for a PDF: which font, where lines break, and in which order the eye meets them. */
import PDFDocument from "pdfkit";
import { beforeAll, describe, expect, it } from "vitest";
import { packagedFonts } from "../../../src/api/transcript/fonts.ts";
import { type Line, Typesetter } from "../../../src/api/transcript/typesetter.ts";

let setter: Typesetter;
beforeAll(async () => {
  const doc = new PDFDocument();
  setter = new Typesetter(doc);
  setter.add(await packagedFonts());
});
const seen = (line: Line | undefined) => line?.pieces.map(({ text }) => text).join("") ?? "";
const lines = (text: string, width = 10_000) => setter.lines(text, 10, width).map(seen);

describe("a line", () => {
  it("breaks at spaces, cuts what is too long, and keeps empty ones", () => {
    for (const line of setter.lines("the quick brown fox jumps over the lazy dog ".repeat(5), 10, 100)) {
      expect(line.width).toBeLessThanOrEqual(100);
      expect(seen(line)).not.toMatch(/^ | $/);
    }
    const cut = setter.lines("x".repeat(200), 10, 100);
    expect(cut.length).toBeGreaterThan(5);
    expect(cut.every(({ width }) => width <= 100)).toBe(true);
    expect(cut.map(seen).join("")).toBe("x".repeat(200));
    expect(lines("a\n\nb")).toEqual(["a", "", "b"]);
  });

  it("is as wide as its pieces, in the fonts of the package for Latin, Greek, Cyrillic, Hebrew and Vietnamese", () => {
    const [line] = setter.lines("Größe Ωμέγα Москва שלום tiếng", 10, 10_000);
    const fonts = line?.pieces.map(({ font }) => /arimo-(\w+(-ext)?)-400/.exec(font)?.[1]) ?? [];
    expect(new Set(fonts)).toEqual(new Set(["latin", "greek", "cyrillic", "hebrew", "vietnamese"]));
    expect(line?.width).toBeCloseTo(line?.pieces.reduce((sum, { width }) => sum + width, 0) ?? -1);
  });

  it("runs from right to left where it is so, numbers and Latin within it from left to right", () => {
    const [line] = setter.lines("אבג 123 (דה) abc!", 10, 10_000);
    expect(line?.rtl).toBe(true);
    // Each Hebrew word is turned by its font; brackets and signs are turned and mirrored here.
    expect(seen(line)).toBe("!abc (דה) 123 אבג");
    expect(setter.lines("abc אבג דהו ghi", 10, 10_000)[0]?.rtl).toBe(false);
    expect(lines("abc אבג דהו ghi")).toEqual(["abc דהו אבג ghi"]);
    expect(lines("abc \u202Eevil\u202C def")).toEqual(["abc evil def"]);
  });
});

describe("what no font has", () => {
  it("is named, and shown by its numbers", () => {
    expect(setter.missing(["plain"])).toEqual(new Set());
    expect(setter.missing(["你好。", "Ω"])).toEqual(new Set(["Chinese"]));
    expect(setter.missing(["👍🏽"])).toEqual(new Set(["emoji"]));
    expect(setter.missing(["\u{100000}"])).toEqual(new Set(["other signs"]));
    expect(lines("ok 你好 👍🏽.")).toEqual(["ok [U+4F60 U+597D] [U+1F44D+U+1F3FD]."]);
    expect(lines("好".repeat(20))).toEqual([`[${"U+597D ".repeat(8).trim()} … 12 more]`]);
  });

  it("is there once a font has it", async () => {
    const doc = new PDFDocument();
    const own = new Typesetter(doc);
    const [latin, , greek] = await packagedFonts();
    if (!latin || !greek) throw new Error("The package's fonts are not there.");
    own.add([latin]);
    expect(own.missing(["Ω"])).toEqual(new Set(["other signs"]));
    own.add([greek]);
    expect(own.missing(["Ω"])).toEqual(new Set());
  });
});
