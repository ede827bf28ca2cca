/** One route as the document tells it. */
import type { z } from "zod";
import type { Permission } from "../contract.ts";
import type { Parameter } from "./parameters.ts";

/** Who may ask: whoever the host gives these permissions, anybody, or who knows the secret of a fleet or a provider. */
export type Right = readonly Permission[] | "anybody" | "fleet" | "provider";

export interface Operation {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly right: Right;
  readonly parameters?: readonly Parameter[];
  readonly body?: Body;
  readonly answers: readonly Answer[];
  /** Statuses beside 400, 401, 403 and 500. */
  readonly errors?: readonly (404 | 409 | 413 | 503)[];
}

export interface Body {
  readonly schema: z.ZodType;
  /** A list of them may be sent as well. */
  readonly list_max?: number;
  readonly optional?: true;
  /** It may come as a form as well. */
  readonly form?: true;
  readonly example: unknown;
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: readonly Content[];
}

export interface Content {
  readonly type: string;
  /** None: bytes or text. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
}

/** An answer of JSON. */
export const json = (schema: z.ZodType, example: unknown, description = "OK", status = 200): Answer => ({
  status,
  description,
  content: [{ type: "application/json", schema, example }],
});
