/** Asks the engine to end a call, through files in its journal's folder; docs/journal-format.md says how. */
import { randomUUID } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isCallIdentity } from "../../record/id.ts";
import { errorCode, unlessCode } from "../fs.ts";
import { controlDir, isWriterName, writerDir } from "./names.ts";
import { isSealed, writerIsGone } from "./reader.ts";

/** Somebody wants a call to end. */
export interface EndRequest {
  /** Name of the request: a UUID. */
  request: string;
  /** Id of the call. */
  id: string;
  /** Who asks, for the engine's log. */
  who: string;
  /** Why, or "". */
  reason: string;
}

/** What the engine says to it; `message` is a sentence for who asked. */
export type EndAnswer = { ok: true } | { ok: false; message: string };

export type EndResult =
  | { ok: true }
  | { ok: false; code: "engine_gone" | "no_answer" | "refused" | "unreachable"; message: string };

/** The engine itself gives up after `wait_ms` from when it took the request: its own answer is on its way for so long. */
const GRACE_MS = 1000;
const REQUEST_MS_MAX = 30_000;
const RUBBISH_MS_MAX = 60_000;
const BYTES_MAX = 16 * 1024;
const TEXT_MAX = 1000;
/** The backend looks for the answer so often, and whether the engine is still there every tenth time. */
const LOOK_MS = 25;
const FILE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(json|answer\.json|part)$/;

/**
 * Asks the engine behind a writer to end the call `id`, and waits for its answer for `wait_ms`. Never rejects for what
 * the engine or the disk does. Throws RangeError for a writer or id that is none.
 */
export async function requestEnd(
  dir: string,
  writer: string,
  id: string,
  { who, reason }: { who: string; reason: string },
  wait_ms: number,
): Promise<EndResult> {
  if (!isWriterName(writer)) throw new RangeError(`${JSON.stringify(writer)} is no journal writer's name.`);
  if (!isCallIdentity(id)) throw new RangeError(`A call's id is a lower-case UUIDv7; it is ${JSON.stringify(id)}.`);
  const folder = controlDir(writerDir(dir, writer));
  const request = randomUUID();
  const body = { id, who: who.slice(0, TEXT_MAX), reason: reason.slice(0, TEXT_MAX), at: new Date().toISOString() };
  try {
    if (await isGone(dir, writer)) return gone;
    // Not recursive: a folder made for a writer that has gone would never be removed.
    await unlessCode(mkdir(folder), "EEXIST");
    const part = join(folder, `${request}.part`);
    await writeFile(part, JSON.stringify(body), { flag: "wx" });
    await rename(part, join(folder, `${request}.json`));
    return await answerTo(dir, writer, folder, request, wait_ms);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return gone;
    const message = `The engine cannot be asked: its journal's control folder cannot be used (${errorCode(error) || String(error)}).`;
    return { ok: false, code: "unreachable", message };
  }
}

const gone: EndResult = { ok: false, code: "engine_gone", message: "The engine of this call is gone." };

const isGone = async (dir: string, writer: string): Promise<boolean> =>
  (await isSealed(dir, writer)) || (await writerIsGone(dir, writer));

async function answerTo(
  dir: string,
  writer: string,
  folder: string,
  request: string,
  waitMs: number,
): Promise<EndResult> {
  const answerFile = join(folder, `${request}.answer.json`);
  let until = performance.now() + waitMs;
  let taken = false;
  for (let look = 1; ; look += 1) {
    const answer = await unlessCode(readFile(answerFile, "utf8"), "ENOENT");
    if (answer !== undefined) {
      await unlessCode(unlink(answerFile), "ENOENT");
      return resultOf(answer);
    }
    const late = performance.now() >= until;
    if (late || (look % 10 === 0 && (await isGone(dir, writer)))) {
      const untaken = await unlessCode(
        unlink(join(folder, `${request}.json`)).then(() => true),
        "ENOENT",
      );
      if (!late) return gone;
      if (untaken) return noAnswer(`The engine did not take the request in ${waitMs / 1000} s; it was taken back.`);
      if (taken) {
        const waited = `in ${(waitMs + GRACE_MS) / 1000} s`;
        return noAnswer(
          `The engine took the request, but has not said ${waited} whether the call ends; it may still end.`,
        );
      }
      taken = true;
      until += GRACE_MS;
    }
    await sleep(LOOK_MS);
  }
}

const noAnswer = (message: string): EndResult => ({ ok: false, code: "no_answer", message });

function resultOf(text: string): EndResult {
  const answer = parsed(text);
  if (answer?.["ok"] === true) return { ok: true };
  const message = answer?.["message"];
  return { ok: false, code: "refused", message: typeof message === "string" ? message : "The engine refused." };
}

/**
 * The requests that stand in a writer's folder (`journal/<writer>`), each given out once and never again: for the
 * journal's thread, on its tick. Removes what was left behind. Never throws.
 */
export function takeRequests(writerFolder: string, nowMs = Date.now()): EndRequest[] {
  const folder = controlDir(writerFolder);
  const requests: EndRequest[] = [];
  for (const name of namesNow(folder)) {
    const [, request, kind] = FILE.exec(name) ?? [];
    if (request === undefined) continue;
    const path = join(folder, name);
    const file = quietly(() => lstatSync(path));
    if (file === undefined) continue;
    const age = nowMs - file.mtimeMs;
    if (kind !== "json") {
      if (age > RUBBISH_MS_MAX) quietly(() => unlinkSync(path));
      continue;
    }
    const readable = file.isFile() && file.size <= BYTES_MAX && age <= REQUEST_MS_MAX;
    const text = readable ? quietly(() => readFileSync(path, "utf8")) : undefined;
    // Whoever unlinks it owns it: after this the backend cannot take it back, and before it, it may have.
    const owned = quietly(() => unlinkSync(path) ?? true);
    const taken = text === undefined || !owned ? null : requestOf(request, text);
    if (taken) requests.push(taken);
  }
  return requests;
}

/** Answers a request that `takeRequests` gave out. Never throws: a backend that hears nothing says so. */
export function answerRequest(writerFolder: string, request: string, answer: EndAnswer): void {
  const folder = controlDir(writerFolder);
  quietly(() => {
    const part = join(folder, `${request}.part`);
    writeFileSync(part, JSON.stringify(answer), { flag: "wx" });
    renameSync(part, join(folder, `${request}.answer.json`));
  });
}

function requestOf(request: string, text: string): EndRequest | null {
  const body = parsed(text);
  const { id, who, reason } = body ?? {};
  if (typeof id !== "string" || !isCallIdentity(id)) return null;
  return { request, id, who: textOf(who), reason: textOf(reason) };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, TEXT_MAX) : "");

function parsed(text: string): { [name: string]: unknown } | null {
  const value: unknown = quietly(() => JSON.parse(text));
  return typeof value === "object" && value !== null ? (value as { [name: string]: unknown }) : null;
}

function namesNow(folder: string): string[] {
  return quietly(() => readdirSync(folder)) ?? [];
}

/** Undefined where the step failed: the file is gone, or the next step says what matters. */
function quietly<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
