/** Schemas by name: each held to be the contract's type, so that types and document cannot drift apart. */
import { z } from "zod";

/** What answers look like, by name; the document's components. */
export const answers = z.registry<{ id: string }>();
/** What bodies of requests look like. */
export const bodies = z.registry<{ id: string }>();

/** A type without what makes no difference in JSON: readonly, intersections. A value that may be any JSON stands for itself. */
type Plain<T> = [string | number | boolean | null] extends [T] ? "json" : PlainPart<T>;
type PlainPart<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : { -readonly [K in keyof T]: Plain<T[K]> };
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Drift<T, S> =
  S extends z.ZodType<infer O>
    ? Same<Plain<T>, Plain<O>> extends true
      ? []
      : ["the schema is not of the contract's type", Plain<T>, Plain<O>]
    : never;

/** Names the schema of an answer: `answer<CallList>()("CallList", z.object({…}))` compiles only if it is that type. */
export function answer<T>() {
  return <S extends z.ZodType>(id: string, schema: S, ..._drift: Drift<T, S>): S => {
    answers.add(schema, { id });
    return schema;
  };
}

/** Names a schema made of the columns table, from which the type is made as well. */
export function answerOfColumns<T>(id: string, schema: z.ZodType): z.ZodType<T> {
  answers.add(schema, { id });
  return schema as unknown as z.ZodType<T>;
}

/** Names the schema a route checks its body by. */
export function body<S extends z.ZodType>(id: string, schema: S): S {
  bodies.add(schema, { id });
  return schema;
}
