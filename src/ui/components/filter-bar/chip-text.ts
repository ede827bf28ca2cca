/** A part of the filter in words, as it stands on a chip. */
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";

/** The value of a filter for people. */
export function shownValue(name: string, value: string): string {
  const named = name === "outcome" ? words.outcomes : name === "direction" ? words.directions : null;
  if (named && Object.hasOwn(named, value)) return (named as Record<string, string>)[value] ?? value;
  if (name === "has_tool_calls") return value === "true" ? words.filter.withTools : words.filter.withoutTools;
  if (name === "min_duration" || name === "max_duration") return `${value} s`;
  return value;
}

export type Clock = "weekday" | "hour";
const isClock = (name: string): name is Clock => name === "weekday" || name === "hour";

/** Mon; 14:00–14:59. */
export function clockText(name: Clock, value: number, formats: Formats): string {
  return name === "weekday" ? formats.weekday(value) : formats.hourOfDay(value);
}

/** Its name and its value. A condition's name is its column, its value comes with the operator. */
export function chipText(
  name: string,
  value: string,
  formats: Formats,
): { readonly name: string; readonly value: string } {
  if (isClock(name) && /^\d{1,2}$/.test(value)) {
    return { name: words.filters[name] ?? name, value: clockText(name, Number(value), formats) };
  }
  const condition = name === "where" ? /^([^:]+):([a-z_]+)(?::([\s\S]*))?$/.exec(value) : null;
  if (!condition) return { name: words.filters[name] ?? name, value: shownValue(name, value) };
  const [, column = "", operator = "", operand = ""] = condition;
  const label = words.conditionColumns[column] ?? words.filters[column] ?? column;
  if (operator === "is_null") return { name: label, value: operand === "false" ? words.recorded : words.notRecorded };
  return { name: label, value: `${words.operators[operator] ?? operator} ${shownValue(column, operand)}` };
}
