/** Cells that a spreadsheet would take for a formula: one rule, for DuckDB and for here (OWASP, "CSV Injection"). */

/** = + - @ and their full-width forms. */
const SIGNS = ["=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"];
/** What may stand before such a sign, and is dropped by some readers; a line end or a tab alone is enough. */
const BLANKS = ["\t", "\n", "\v", "\f", "\r", " ", "\u00A0"];

const hex = (sign: string) => `\\x{${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
const RE2 = `^[${BLANKS.map(hex).join("")}]*[${SIGNS.map(hex).join("")}]|^[\\t\\r\\n]`;
const HERE = new RegExp(`${RE2}`.replaceAll("\\x{", "\\u{"), "u");
/** A telephone number in E.164 is only a plus sign and digits, which computes nothing; it stays as it is. */
const TELEPHONE = "\\+[0-9]+";
const TELEPHONE_HERE = new RegExp(`^${TELEPHONE}$`);

/** The expression of a text column with an apostrophe before what would be a formula. */
export function cellSql(column: string): string {
  const text = `"${column}"`;
  // Most cells begin with a digit or a letter, and comparing is far cheaper than matching; a null has no first character.
  const plain = `${text} IS NULL OR (${text} >= '0' AND ${text} < ':') OR (${text} >= 'A' AND ${text} < '~')`;
  const harmless = `${plain} OR regexp_full_match(${text}, '${TELEPHONE}') OR NOT regexp_matches(${text}, '${RE2}')`;
  return `CASE WHEN ${harmless} THEN ${text} ELSE concat('''', ${text}) END`;
}

/** The same for a text that is here. */
export function cellText(text: string): string {
  return HERE.test(text) && !TELEPHONE_HERE.test(text) ? `'${text}` : text;
}
