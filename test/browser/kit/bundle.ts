/** The built bundle of the elements: built when it is missing or older than its sources, by one worker at a time. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const root = join(import.meta.dirname, "../../..");
export const BUNDLE = join(root, "dist/ui");
const ENTRY = join(BUNDLE, "call-lake.js");
const LOCK = join(root, "node_modules/.call-lake-ui-build");
const LOCK_MS_MAX = 60_000;

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}

function isFresh(): boolean {
  return (
    existsSync(ENTRY) &&
    statSync(ENTRY).mtimeMs >= Math.max(...["src/ui", "src/client"].map((folder) => newest(join(root, folder))))
  );
}

/** Builds the bundle if need be. */
export async function ensureBundle(): Promise<void> {
  const giveUp = Date.now() + LOCK_MS_MAX;
  while (!isFresh()) {
    try {
      mkdirSync(LOCK);
    } catch {
      // Another worker builds; a lock left by a killed run is taken over.
      if (Date.now() > giveUp) rmdirSync(LOCK);
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    try {
      execFileSync(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build"], {
        cwd: root,
        // Vitest says "test" here, with which Vite would take the packages' development builds.
        env: { ...process.env, NODE_ENV: "production" },
      });
    } finally {
      rmdirSync(LOCK);
    }
  }
}

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

/** The entry and all it imports statically: what a page loads before anything is drawn. */
export function entryFiles(): string[] {
  const manifest = JSON.parse(readFileSync(join(BUNDLE, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry);
  const wanted = new Set<string>();
  const visit = (key: string | undefined) => {
    const chunk = key === undefined ? undefined : manifest[key];
    if (!chunk || wanted.has(chunk.file)) return;
    wanted.add(chunk.file);
    chunk.imports?.forEach(visit);
  };
  visit(entry);
  return [...wanted];
}

/** Their bytes after gzip. */
export function entryBytesGzip(): number {
  return entryFiles().reduce((sum, file) => sum + gzipSync(readFileSync(join(BUNDLE, file)), { level: 9 }).length, 0);
}
