/** Errors as answers: a code, a sentence, the field, and never a stack trace. */
import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import {
  BadQuestionError,
  EngineBusyError,
  EngineLostError,
  ForbiddenError,
  isAbort,
  StatementError,
  TimeoutError,
  UnreadableError,
} from "../query/index.ts";
import type { ErrorBody, ErrorCode } from "./contract.ts";

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 500 | 503;

/** An error whose sentence is meant for who asks. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: Status;
  readonly code: ErrorCode;
  readonly field: string | null;
  readonly position: ErrorBody["error"]["position"] | null;

  constructor(
    status: Status,
    code: ErrorCode,
    message: string,
    field: string | null = null,
    position: ErrorBody["error"]["position"] | null = null,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.position = position;
  }
}

/** Turns whatever was thrown into an answer; what is not meant for outside is logged under an id that is told. */
export function answerOf(error: unknown, c: Context, log: (message: string) => void): Response {
  const told = tellable(error);
  if (told) return bodyOf(c, told);
  const id = randomUUID();
  const { method, path } = c.req;
  log(`Error ${id} at ${method} ${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return bodyOf(c, new ApiError(500, "internal", `Something failed here; the log has it as error ${id}.`));
}

export function tellable(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof BadQuestionError) {
    return new ApiError(400, "bad_request", error.message, error.field, error.position);
  }
  if (error instanceof ForbiddenError) return new ApiError(403, "forbidden", error.message, error.field);
  if (error instanceof TimeoutError) return new ApiError(503, "timeout", error.message);
  if (error instanceof UnreadableError) return new ApiError(503, "unavailable", error.message);
  if (error instanceof EngineBusyError) return new ApiError(503, "unavailable", error.message);
  if (error instanceof EngineLostError) {
    return new ApiError(503, "unavailable", "The query engine went away and is being started again; ask again.");
  }
  if (error instanceof StatementError && error.outOfMemory) {
    const way = "narrow it, ask again when less is asked at once, or give the lake a larger memory_limit.";
    return new ApiError(503, "unavailable", `The question needs more memory than the query engine has: ${way}`);
  }
  if (isAbort(error)) return new ApiError(503, "unavailable", "The question was taken back.");
  if (error instanceof HTTPException && error.status < 500) return new ApiError(400, "bad_request", error.message);
  return null;
}

function bodyOf(c: Context, { status, code, message, field, position }: ApiError): Response {
  if (status === 503) c.header("Retry-After", "1");
  return c.json({ error: { code, message, field, ...(position ? { position } : {}) } } satisfies ErrorBody, status);
}
