/** The fonts of a PDF: those of a package, the host's own, the system's; and which of them has a character. */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/** A font file, or one font of a collection (.ttc) by its PostScript name. */
export type PdfFont = string | { readonly file: string; readonly name: string };

/** Bytes of a font, under the name it has in the document. */
export interface FontFile {
  readonly key: string;
  readonly bytes: Buffer;
  readonly name: string | undefined;
}

const PARTS = ["latin", "latin-ext", "greek", "cyrillic", "hebrew", "greek-ext", "cyrillic-ext", "vietnamese"];
const REGULAR = 400;
const BOLD = 700;

/** Arimo (Apache-2.0): Latin with Vietnamese, Greek, Cyrillic, Hebrew. */
export async function packagedFonts(weight: typeof REGULAR | typeof BOLD = REGULAR): Promise<FontFile[]> {
  const { resolve } = createRequire(import.meta.url);
  return Promise.all(
    PARTS.map((part) => {
      const file = `@fontsource/arimo/files/arimo-${part}-${weight}-normal.woff`;
      return opened({ file: resolve(file), name: undefined });
    }),
  );
}

/** Fonts the host names. Throws what reading throws. */
export function hostFonts(fonts: readonly PdfFont[]): Promise<FontFile[]> {
  return Promise.all(fonts.map((font) => opened(typeof font === "string" ? { file: font, name: undefined } : font)));
}

const FOLDERS = [
  "/usr/share/fonts",
  "/usr/local/share/fonts",
  join(homedir(), ".fonts"),
  join(homedir(), ".local/share/fonts"),
  "/System/Library/Fonts",
  "/Library/Fonts",
  join(process.env["WINDIR"] ?? "/windows", "Fonts"),
];
/** Fonts of many scripts, the better looking first; of a collection, the font to take. */
const WANTED: readonly (readonly [file: RegExp, name?: string])[] = [
  [/^NotoSansCJK-Regular\.ttc$/, "NotoSansCJKsc-Regular"],
  [
    /^NotoSans(SC|TC|JP|KR|Arabic|Hebrew|Devanagari|Bengali|Tamil|Telugu|Thai|Khmer|Lao|Armenian|Georgian|Ethiopic|Symbols2?|Math)-Regular\.(ttf|otf)$/,
  ],
  [/^NotoEmoji-Regular\.ttf$/],
  [/^DejaVuSans\.ttf$/],
  [/^DroidSansFallback(Full)?\.ttf$/],
  [/^Droid(SansArabic|NaskhArabic|ArabicNaskh)[\w-]*\.ttf$/],
  [/^wqy-microhei\.ttc$/, "WenQuanYiMicroHei"],
  [/^wqy-zenhei\.ttc$/, "WenQuanYiZenHei"],
  [/^(Arial Unicode|ARIALUNI)\.ttf$/],
  [/^(FreeSans|unifont[\w.-]*|Symbola)\.(ttf|otf)$/],
];

let found: Promise<readonly { file: string; name: string | undefined }[]> | null = null;

/** Fonts of many scripts that this machine has; looked for once. */
export async function systemFonts(): Promise<FontFile[]> {
  found ??= look();
  return Promise.all((await found).map(opened));
}

async function look() {
  const files: { name: string; path: string }[] = [];
  for (const folder of FOLDERS) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isFile()) files.push({ name: entry.name, path: join(entry.parentPath, entry.name) });
  }
  return WANTED.flatMap(([pattern, name]) =>
    files.filter((file) => pattern.test(file.name)).map((file) => ({ file: file.path, name })),
  );
}

async function opened({ file, name }: { file: string; name: string | undefined }): Promise<FontFile> {
  return { key: `${file}#${name ?? ""}`, bytes: await readFile(file), name };
}

/** Names of what a character is written in, for the sentence that says what is missing. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Han}/u, "Chinese"],
  [/\p{Script=Hiragana}|\p{Script=Katakana}/u, "Japanese"],
  [/\p{Script=Hangul}/u, "Korean"],
  [/\p{Script=Arabic}/u, "Arabic"],
  [/\p{Script=Devanagari}/u, "Devanagari"],
  [/\p{Script=Thai}/u, "Thai"],
  [/\p{Script=Bengali}/u, "Bengali"],
  [/\p{Script=Tamil}/u, "Tamil"],
  [/\p{Script=Armenian}/u, "Armenian"],
  [/\p{Script=Georgian}/u, "Georgian"],
  [/\p{Extended_Pictographic}|\p{Regional_Indicator}/u, "emoji"],
];

export const OTHER = "other signs";

export function scriptName(cluster: string): string {
  return SCRIPTS.find(([pattern]) => pattern.test(cluster))?.[1] ?? OTHER;
}
