/** JSON as other programs write it: Python's NaN and Infinity are no values and become null. */

const NOT_JSON = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Parses; throws a SyntaxError for what is no JSON even so. */
export function parseLoose(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(text.replace(NOT_JSON, (token) => (token.startsWith('"') ? token : "null")));
  }
}

/** Why a text is no JSON, without the words of it that the engine's own message quotes. */
export function notJson(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const [at] = /at position \d+/.exec(message) ?? [];
  const what = /Unexpected end|Unterminated/.test(message) ? "it ends too early" : "it goes wrong";
  return `It is no JSON: ${what}${at ? ` ${at}` : ""}.`;
}

/** The value a text column holds: null where it is empty, the text itself where it is no JSON. */
export function looseValue(text: unknown): unknown {
  if (typeof text !== "string" || text.trim() === "") return typeof text === "string" ? null : (text ?? null);
  try {
    return parseLoose(text);
  } catch {
    return text;
  }
}
