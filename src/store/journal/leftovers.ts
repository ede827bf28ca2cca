/** What a dead writer leaves outside its folder: a rotation it did not come to the end of. */
import { join } from "node:path";
import { namesIn, realFs, removeFile, type StoreFs } from "../fs.ts";
import { isWriterName } from "./names.ts";
import { writerIsGone } from "./reader.ts";

const ROTATION = /^(.+)-\d{8}\.jsonl$/;

/** Removes from tmp/ what writers that are gone were rotating: it holds events of calls. Living ones remove their own. */
export async function removeDeadRotations(dir: string, nowMs: number, fs: StoreFs = realFs): Promise<void> {
  for (const name of await namesIn(join(dir, "tmp"), fs)) {
    const writer = ROTATION.exec(name)?.[1];
    if (writer === undefined || !isWriterName(writer) || !(await writerIsGone(dir, writer, nowMs))) continue;
    await removeFile(join(dir, "tmp", name), fs);
  }
}
