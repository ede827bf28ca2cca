/** Finds the files a statement fails for: asked of all at once, and of halves of them where that fails. */
import { StatementError } from "./errors.ts";

/** What is done with files, by lots of them. */
export interface Question<File> {
  /** Asks of those files; is asked again of halves of them when it throws StatementError, so it leaves nothing behind then. */
  ask(files: readonly File[]): Promise<void>;
  /** After an answer. What this throws is no file's fault, and is thrown on. */
  keep?(files: readonly File[]): void | Promise<void>;
  /** The question fails for that very file, and not for want of memory. */
  refuse(file: File, error: StatementError): void | Promise<void>;
}

/**
 * Asks of all files at once; where the statement fails, of each half, down to the single files it fails for.
 *
 * @returns Whether a file was refused. With b broken files among n, about 2 b log2(n) statements are asked.
 * @throws What is no file's fault: a lost engine, a fatal error, memory that does not suffice for a single file.
 */
export async function byHalves<File>(files: readonly File[], question: Question<File>): Promise<boolean> {
  if (files.length === 0) return false;
  const error = await failureOf(question.ask(files));
  const [only] = files;
  if (error === null) await question.keep?.(files);
  else if (files.length === 1 && only !== undefined) {
    if (error.outOfMemory) throw error;
    await question.refuse(only, error);
  } else {
    const middle = files.length >> 1;
    const first = await byHalves(files.slice(0, middle), question);
    return (await byHalves(files.slice(middle), question)) || first;
  }
  return error !== null;
}

/** The statement's failure; null where it went well. Throws what is fatal, and what is no failure of a statement. */
export async function failureOf(asked: Promise<unknown>): Promise<StatementError | null> {
  try {
    await asked;
    return null;
  } catch (error) {
    if (error instanceof StatementError && !error.fatal) return error;
    throw error;
  }
}
