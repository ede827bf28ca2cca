/** Text into lines of a PDF: a font for each character, breaks where they belong, and right-to-left where it is so. */
import bidiFactory from "bidi-js";
import { type FontFile, OTHER, scriptName } from "./fonts.ts";

/** The little of a PDF document that setting needs. */
export interface Document {
  registerFont(name: string, bytes: Buffer, family?: string): unknown;
  font(name: string): unknown;
  fontSize(size: number): unknown;
  widthOfString(text: string): number;
}

/** Text of one font and one direction, without a space in it. */
interface Piece {
  readonly text: string;
  readonly font: string;
  readonly width: number;
  readonly level: number;
}

export interface Line {
  /** In the order of the eye, from the left; a space is a piece too. */
  readonly pieces: readonly Piece[];
  readonly width: number;
  /** Whether the paragraph runs from right to left. */
  readonly rtl: boolean;
}

interface Token {
  readonly start: number;
  readonly end: number;
  readonly space: boolean;
  readonly width: number;
}

/** The package's types say `export default` of what is module.exports itself. */
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Signs that have no picture of their own, and may be missing in a font. */
const UNSEEN = /^(?:\p{Cf}|\p{Cc}|\p{Variation_Selector})$/u;
const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Scripts that break a line between any two characters. */
const BREAKS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** No line begins with one of these. */
const CLOSES = /^[\p{Pe}\p{Pf}、。，．！？：；…・ー々]/u;
/** Characters in a row that are shown by their numbers. */
const NUMBERED_MAX = 8;

export class Typesetter {
  readonly #doc: Document;
  /** In order of preference. */
  readonly #fonts: { readonly key: string; has(point: number): boolean }[] = [];
  readonly #known = new Map<string, string | null>();

  constructor(doc: Document) {
    this.#doc = doc;
  }

  add(files: readonly FontFile[]): void {
    for (const { key, bytes, name } of files) {
      this.#doc.registerFont(key, bytes, name);
      this.#doc.font(key);
      // pdfkit keeps the opened font here, and offers no other way to ask it for a character.
      const { _font } = this.#doc as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } };
      this.#fonts.push({ key, has: (point) => _font.font.hasGlyphForCodePoint(point) });
    }
    for (const [cluster, font] of this.#known) if (font === null) this.#known.delete(cluster);
  }

  /** What the characters are written in that no font has. */
  missing(texts: Iterable<string>): Set<string> {
    const scripts = new Set<string>();
    for (const text of texts) {
      for (const { segment } of clusters.segment(shown(text)))
        if (!/^\s*$/.test(segment) && this.#fontOf(segment) === null) scripts.add(scriptName(segment));
    }
    // Punctuation of a script that is named already says nothing more.
    if (scripts.size > 1) scripts.delete(OTHER);
    return scripts;
  }

  /** The lines of a text, at most `width` points wide. */
  lines(text: string, size: number, width: number): Line[] {
    return shown(text)
      .split("\n")
      .flatMap((paragraph) => this.#paragraph(this.#numbered(paragraph), size, width));
  }

  /** Characters that no font has, by their numbers. */
  #numbered(text: string): string {
    let out = "";
    let run: string[] = [];
    const flush = () => {
      if (run.length === 0) return;
      const points = run.slice(0, NUMBERED_MAX).map((cluster) => [...cluster].map(numberOf).join("+"));
      out += `[${points.join(" ")}${run.length > NUMBERED_MAX ? ` … ${run.length - NUMBERED_MAX} more` : ""}]`;
      run = [];
    };
    for (const { segment } of clusters.segment(text)) {
      if (this.#fontOf(segment) === null && !/^\s*$/.test(segment)) run.push(segment);
      else {
        flush();
        out += segment;
      }
    }
    flush();
    return out;
  }

  #paragraph(text: string, size: number, width: number): Line[] {
    const { levels, paragraphs } = bidi.getEmbeddingLevels(text);
    const rtl = ((paragraphs[0]?.level ?? 0) & 1) === 1;
    const mirrored = bidi.getMirroredCharactersMap(text, levels);
    const signs = text.split("").map((sign, at) => mirrored.get(at) ?? sign);
    this.#doc.fontSize(size);
    const lines: Line[] = [];
    let line: Token[] = [];
    let used = 0;
    const close = () => {
      while (line.at(-1)?.space) line.pop();
      lines.push(this.#line(line, signs, levels, rtl));
      line = [];
      used = 0;
    };
    for (const token of this.#tokens(text, width)) {
      if (used + token.width > width && line.length > 0 && !token.space) close();
      if (token.space && line.length === 0) continue;
      line.push(token);
      used += token.width;
    }
    if (line.length > 0 || lines.length === 0) close();
    return lines;
  }

  /** Words and spaces; what is wider than a line is cut. */
  *#tokens(text: string, widthMax: number): Generator<Token> {
    let start = 0;
    let width = 0;
    let kind = "";
    const token = (end: number): Token => ({ start, end, space: kind === "space", width });
    for (const { segment, index } of clusters.segment(text)) {
      const next = kindOf(segment, index, kind);
      const own = this.#widthOf(segment);
      if (index > start && (next !== kind || width + own > widthMax)) {
        yield token(index);
        start = index;
        width = 0;
      }
      kind = next;
      width += own;
    }
    if (start < text.length) yield token(text.length);
  }

  /** The line as the eye sees it (UAX 9, rule L2). */
  #line(tokens: readonly Token[], signs: readonly string[], levels: Uint8Array, rtl: boolean): Line {
    const pieces = tokens.flatMap((token) => this.#pieces(token, signs, levels));
    const highest = Math.max(0, ...pieces.map(({ level }) => level));
    for (let level = highest; level > 0; level -= 1) {
      for (let from = 0; from < pieces.length; from += 1) {
        let to = from;
        while (to < pieces.length && (pieces[to]?.level ?? 0) >= level) to += 1;
        if (to > from + 1) pieces.splice(from, to - from, ...pieces.slice(from, to).reverse());
        from = to;
      }
    }
    return { pieces, width: pieces.reduce((sum, piece) => sum + piece.width, 0), rtl };
  }

  #pieces({ start, end }: Token, signs: readonly string[], levels: Uint8Array): Piece[] {
    const pieces: { text: string; font: string; level: number }[] = [];
    for (const { segment, index } of clusters.segment(signs.slice(start, end).join(""))) {
      const level = levels[start + index] ?? 0;
      const last = pieces.at(-1);
      const font = this.#fontOf(segment) ?? last?.font ?? this.#fonts[0]?.key ?? "";
      if (last && last.font === font && last.level === level) last.text += segment;
      else pieces.push({ text: segment, font, level });
    }
    return pieces.map(({ text, font, level }) => {
      // Letters of such a script are turned by the font's layout; signs alone are not.
      const turned = level % 2 === 1 && !RTL.test(text) ? [...text].reverse().join("") : text;
      this.#doc.font(font);
      return { text: turned, font, level, width: this.#doc.widthOfString(turned) };
    });
  }

  #widthOf(cluster: string): number {
    this.#doc.font(this.#fontOf(cluster) ?? this.#fonts[0]?.key ?? "");
    return this.#doc.widthOfString(cluster);
  }

  /** The first font that has all of a character; null if none does. */
  #fontOf(cluster: string): string | null {
    const known = this.#known.get(cluster);
    if (known !== undefined) return known;
    const points = [...cluster].filter((point) => !UNSEEN.test(point)).map((point) => point.codePointAt(0) ?? 0);
    const font = this.#fonts.find(({ has }) => points.every(has))?.key ?? null;
    this.#known.set(cluster, font);
    return font;
  }
}

/** A change of kind is where a line may break. */
function kindOf(cluster: string, index: number, before: string): string {
  if (/^\s+$/.test(cluster)) return "space";
  if (CLOSES.test(cluster) && before !== "space" && before !== "") return before;
  return BREAKS.test(cluster) ? `each ${index}` : "word";
}

const numberOf = (point: string) => `U+${(point.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Composed, as fonts have it; tabs as spaces; without signs that would turn the text around them. */
function shown(text: string): string {
  return text
    .toWellFormed()
    .normalize("NFC")
    .replaceAll("\t", "    ")
    .replace(/[\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g, "");
}
