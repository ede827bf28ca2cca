/** Reading one parameter of a URL: given once or several times, never empty, never endless. */
import { BadQuestionError } from "./errors.ts";

const VALUES_MAX = 100;
const LENGTH_MAX = 500;

/** Throws BadQuestionError for a parameter that is not in `known`. */
export function refuseUnknown(params: URLSearchParams, known: readonly string[]): void {
  for (const key of params.keys()) {
    if (!known.includes(key)) {
      throw new BadQuestionError(`There is no parameter ${quoted(key)}; there are ${known.join(", ")}.`, key);
    }
  }
}

/** The one value of a parameter, or null when it is not given. */
export function oneValue(params: URLSearchParams, key: string, lengthMax = LENGTH_MAX): string | null {
  const values = allValues(params, key, VALUES_MAX, lengthMax);
  if (values.length > 1) throw new BadQuestionError(`${key} is given ${values.length} times; give it once.`, key);
  return values[0] ?? null;
}

/** Every value of a parameter that may be repeated; none is empty. */
export function allValues(
  params: URLSearchParams,
  key: string,
  valuesMax = VALUES_MAX,
  lengthMax = LENGTH_MAX,
): string[] {
  const values = params.getAll(key);
  if (values.length > valuesMax) throw new BadQuestionError(`${key} is given more than ${valuesMax} times.`, key);
  for (const value of values) {
    if (value === "") throw new BadQuestionError(`${key} is empty; leave it out or give it a value.`, key);
    if (value.length > lengthMax) throw new BadQuestionError(`${key} is longer than ${lengthMax} characters.`, key);
    if (!isText(value)) throw new BadQuestionError(`${key} is not a text.`, key);
  }
  return values;
}

/** true, false, or null when it is not given. */
export function parseBoolean(params: URLSearchParams, key: string): boolean | null {
  const value = oneValue(params, key);
  if (value === null) return null;
  if (value !== "true" && value !== "false")
    throw new BadQuestionError(`${key} is true or false; it is ${quoted(value)}.`, key);
  return value === "true";
}

/** A whole number from 1 to max, or `otherwise` when it is not given. */
export function wholeNumber(params: URLSearchParams, key: string, otherwise: number, max: number): number {
  const text = oneValue(params, key);
  if (text === null) return otherwise;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) {
    throw new BadQuestionError(
      `${key} is a whole number from 1 to ${max}; it is ${JSON.stringify(text.slice(0, 80))}.`,
      key,
    );
  }
  return value;
}

/** Whether DuckDB can hold it: no lone surrogate, no NUL. */
export function isText(value: string): boolean {
  return !value.includes("\0") && value.isWellFormed();
}

/** A value of outside for an error's sentence, bounded. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
