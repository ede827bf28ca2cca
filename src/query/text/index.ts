/** Text: what q means, as SQL and as plain TypeScript. */
export { textCondition } from "./condition.ts";
export { type Hit, matchesText } from "./matches.ts";
export { parseText, type TextQuery } from "./text-query.ts";
