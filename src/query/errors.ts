/** The errors of asking, each of which the API turns into one answer. */

/** Line and column in a text, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something in the question is wrong; `field` names it, `position` says where in it, if that is known. */
export class BadQuestionError extends Error {
  override readonly name = "BadQuestionError";
  readonly field: string | null;
  readonly position: Position | null;

  constructor(message: string, field: string | null, position: Position | null = null) {
    super(message);
    this.field = field;
    this.position = position;
  }
}

/** Who asks may not ask this; `field` names the parameter that goes too far, if one does. */
export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
  readonly field: string | null;

  constructor(message: string, field: string | null = null) {
    super(message);
    this.field = field;
  }
}

/** The engine went away with the question in it, and what was in its memory is gone; a read may be asked again. */
export class EngineLostError extends Error {
  override readonly name = "EngineLostError";
}

/** The statement was stopped because its time was over. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** What is asked for may lie in a file of the lake that cannot be read. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";

  constructor(day: string) {
    super(`A file of ${day} cannot be read, and what is asked for may be in it; see GET /healthz.`);
  }
}

/** Too many questions wait already. */
export class EngineBusyError extends Error {
  override readonly name = "EngineBusyError";
}

/** DuckDB refused or broke off the statement. */
export class StatementError extends Error {
  override readonly name = "StatementError";

  /** Whether a file went away under the statement (compaction, erasure, retention): list again and ask again. */
  get fileVanished(): boolean {
    return /No files? found|No such file|Cannot open file|Could not open file/i.test(this.message);
  }

  /** Whether it was for want of memory, which says nothing about what was read. */
  get outOfMemory(): boolean {
    return /^Out of Memory Error/i.test(this.message);
  }

  /** Whether DuckDB's instance is unusable from now on. */
  get fatal(): boolean {
    return /^FATAL Error|database has been invalidated|^INTERNAL Error/i.test(this.message);
  }
}

/** The name DOM and Node give to what an AbortSignal does. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

export function abortError(): Error {
  return new DOMException("The question was taken back.", "AbortError");
}
