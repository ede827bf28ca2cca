/** One call as a PDF: pages of A4, made while they are read. */
import { Readable } from "node:stream";
import { type FontFile, hostFonts, type PdfFont, packagedFonts, systemFonts } from "./fonts.ts";
import type { Entry, Script } from "./script.ts";
import { printable } from "./text.ts";
import { type Line, Typesetter } from "./typesetter.ts";

const MARGIN = 56;
const BOTTOM = 64;
const NAMES_WIDTH = 92;
const CLOCK_WIDTH = 52;
const INK = "#1b1f24";
const FAINT = "#5c6570";
const TOOL = "#f3f4f6";

interface Setting {
  readonly size: number;
  readonly lead: number;
  readonly color: string;
}
const TITLE: Setting = { size: 16, lead: 22, color: INK };
const FACT: Setting = { size: 9, lead: 13, color: INK };
const NAME: Setting = { size: 9, lead: 13, color: FAINT };
const WHO: Setting = { size: 9, lead: 13, color: INK };
const SAID: Setting = { size: 10.5, lead: 15, color: INK };
const RUN: Setting = { size: 8.5, lead: 12, color: FAINT };

type Pdf = InstanceType<typeof import("pdfkit")>;

/** Bytes as they are made; who leaves early ends it. Fonts: the package's, then the host's, then the system's. */
export async function pdfOf(script: Script, fonts: readonly PdfFont[]): Promise<ReadableStream<Uint8Array>> {
  const { default: PDFDocument } = await import("pdfkit");
  const doc = new PDFDocument({
    size: "A4",
    margins: { top: MARGIN, bottom: 0, left: MARGIN, right: MARGIN },
    autoFirstPage: false,
    lang: "en",
    displayTitle: true,
    info: { Title: script.title, Subject: `Call ${script.id}`, Creator: "Call Lake" },
  });
  const body = new Typesetter(doc);
  const bold = new Typesetter(doc);
  const regular = [...(await packagedFonts()), ...(await hostFonts(fonts))];
  body.add(regular);
  const strong = await packagedFonts(700);
  bold.add([...strong, ...regular]);
  const more = await fallback(body, script);
  bold.add(more);
  const pages = new Pages(doc, body, bold, script.id);
  // A page is let go when the next one begins, so what is in memory is what the reader has not taken yet.
  const stream = Readable.toWeb(doc as unknown as Readable) as ReadableStream<Uint8Array>;
  void write(pages, script, missingNote(body, script)).catch((error: unknown) => doc.destroy(error as Error));
  return stream;
}

/** The system's fonts, if the others lack a character. */
async function fallback(body: Typesetter, script: Script): Promise<FontFile[]> {
  if (body.missing(textsOf(script)).size === 0) return [];
  const more = await systemFonts();
  body.add(more);
  return more;
}

function missingNote(body: Typesetter, script: Script): string | null {
  const scripts = [...body.missing(textsOf(script))];
  if (scripts.length === 0) return null;
  return `No font here has some characters of this call (${scripts.join(", ")}); they are shown by their numbers. The host can add a font (pdf_fonts, or one of the system's such as DejaVu Sans, Noto Sans or Droid Sans Fallback); format=txt has all of them.`;
}

function* textsOf({ facts, entries }: Script): Generator<string> {
  for (const [, value] of facts) yield printable(value);
  for (const { who, text } of entries) {
    yield printable(who);
    yield printable(text);
  }
}

async function write(pages: Pages, { title, facts, entries, notes }: Script, missing: string | null): Promise<void> {
  pages.title(title);
  for (const [name, value] of facts) pages.fact(name, printable(value));
  for (const note of [...notes, ...(missing === null ? [] : [missing])]) pages.note(note);
  pages.gap(14);
  for (const entry of entries) {
    pages.entry(entry);
    // Long calls are set bit by bit: the host's other requests go on.
    await new Promise((next) => setImmediate(next));
  }
  pages.end();
}

class Pages {
  readonly #doc: Pdf;
  readonly #body: Typesetter;
  readonly #bold: Typesetter;
  readonly #id: string;
  #y = 0;
  #page = 0;

  constructor(doc: Pdf, body: Typesetter, bold: Typesetter, id: string) {
    this.#doc = doc;
    this.#body = body;
    this.#bold = bold;
    this.#id = id;
    this.#turn();
  }

  get #width(): number {
    return this.#doc.page.width - 2 * MARGIN;
  }

  title(text: string): void {
    this.#set(this.#bold, text, MARGIN, this.#width, TITLE);
    this.gap(6);
  }

  /** A name and its value beside each other. */
  fact(name: string, value: string): void {
    this.#room(FACT.lead);
    this.#draw(this.#body.lines(name, NAME.size, NAMES_WIDTH)[0], MARGIN, this.#y, NAMES_WIDTH, NAME.color, NAME.size);
    this.#set(this.#body, value, MARGIN + NAMES_WIDTH, this.#width - NAMES_WIDTH, FACT);
  }

  note(text: string): void {
    this.gap(8);
    this.#set(this.#body, text, MARGIN, this.#width, NAME);
  }

  gap(points: number): void {
    this.#y += points;
  }

  /** Its time on the left; who spoke, and below what was said. A tool stands on grey. */
  entry({ kind, clock, who, text }: Entry): void {
    const [left, width] = [MARGIN + CLOCK_WIDTH, this.#width - CLOCK_WIDTH];
    const tool = kind === "tool";
    this.#room(WHO.lead + SAID.lead);
    this.#draw(this.#body.lines(clock, NAME.size, CLOCK_WIDTH)[0], MARGIN, this.#y, CLOCK_WIDTH, FAINT, NAME.size);
    this.#set(this.#bold, printable(who), left, width, WHO, tool);
    this.#set(this.#body, printable(text), left, width, tool ? RUN : SAID, tool);
    this.gap(8);
  }

  end(): void {
    this.#doc.end();
  }

  #set(setter: Typesetter, text: string, x: number, width: number, { size, lead, color }: Setting, grey = false): void {
    const inset = grey ? 6 : 0;
    for (const line of setter.lines(text, size, width - 2 * inset)) {
      this.#room(lead);
      if (grey) this.#doc.rect(x, this.#y - 2, width, lead).fill(TOOL);
      this.#draw(line, x + inset, this.#y, width - 2 * inset, color, size);
      this.#y += lead;
    }
  }

  #draw(line: Line | undefined, x: number, y: number, width: number, color: string, size: number): void {
    if (!line) return;
    const doc = this.#doc.fillColor(color).fontSize(size);
    let at = line.rtl ? x + width - line.width : x;
    for (const { text, font, width: own } of line.pieces) {
      if (text.trim() !== "") doc.font(font).text(text, at, y, { lineBreak: false });
      at += own;
    }
  }

  /** A new page, if there is no room for so much. */
  #room(points: number): void {
    if (this.#y + points > this.#doc.page.height - BOTTOM) this.#turn();
  }

  #turn(): void {
    this.#doc.addPage();
    this.#page += 1;
    this.#y = MARGIN;
    const foot = this.#body.lines(`${this.#id} · ${this.#page}`, 8, this.#width)[0];
    this.#draw(foot, MARGIN, this.#doc.page.height - BOTTOM + 24, this.#width, FAINT, 8);
  }
}
