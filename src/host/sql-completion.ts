/** Completion of SQL at the prompt: views, columns, functions and the words of a SELECT. */
import type { SqlSchema } from "../api/contract.ts";

const WORDS =
  `SELECT FROM WHERE GROUP BY ORDER LIMIT OFFSET HAVING JOIN LEFT USING ON AS AND OR NOT NULL IS IN LIKE ILIKE BETWEEN CASE
   WHEN THEN ELSE END DISTINCT WITH UNION ALL FILTER OVER PARTITION DESC ASC INTERVAL DATE TIMESTAMP CAST QUALIFY EXISTS`.split(
    /\s+/,
  );
export const COMMANDS = [".help", ".schema", ".mode", ".quit"];

/** What readline's completer gives: the ways the last word can go on, and that word. */
export function completer(schema: SqlSchema): (line: string) => [string[], string] {
  const views = schema.views.map((view) => view.name);
  const columns = [...new Set(schema.views.flatMap((view) => view.columns.map((column) => column.name)))];
  const names = [...new Set([...views, ...columns])];
  return (line) => {
    const command = /^\s*(\.\w*)(?:\s+(\w*))?$/.exec(line);
    if (command) {
      const [, verb = "", word] = command;
      if (word === undefined) return [COMMANDS.filter((one) => one.startsWith(verb)), verb];
      const choices = verb === ".schema" ? views : verb === ".mode" ? ["table", "csv", "json"] : [];
      return [choices.filter((one) => one.startsWith(word)), word];
    }
    const [, view, word = ""] = /(?:\b(\w+)\.)?(\w*)$/.exec(line) ?? [];
    if (view !== undefined) return [columnsOf(schema, line, view).filter(begins(word)), word];
    // Every function there is would hide the columns: they come once two letters are there.
    const functions = word.length > 1 ? schema.functions.map((name) => `${name}(`) : [];
    const lower = word !== "" && word === word.toLowerCase();
    const words = WORDS.map((one) => (lower ? one.toLowerCase() : one));
    return [[...new Set([...names, ...words, ...functions].filter(begins(word)))], word];
  };
}

const begins = (word: string) => (one: string) => one.toLowerCase().startsWith(word.toLowerCase());

/** The columns after `name.`: of a view, or of the view that has this alias in the line; else of all. */
function columnsOf(schema: SqlSchema, line: string, name: string): string[] {
  const alias = new RegExp(`\\b(\\w+)\\s+(?:as\\s+)?${name}\\b`, "i").exec(line)?.[1];
  const view =
    schema.views.find((one) => one.name === name) ?? schema.views.find((one) => one.name === alias?.toLowerCase());
  const views = view ? [view] : schema.views;
  return [...new Set(views.flatMap((one) => one.columns.map((column) => column.name)))];
}
