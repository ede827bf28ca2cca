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

/** The value a text column holds: null where it is empty, the text itself where it is no JSON. */
export function looseValue(text: unknown): unknown {
  if (typeof text !== "string" || text.trim() === "") return typeof text === "string" ? null : (text ?? null);
  try {
    return parseLoose(text);
  } catch {
    return text;
  }
}
