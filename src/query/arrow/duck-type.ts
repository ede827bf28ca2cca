/** DuckDB's types as it writes them, read: STRUCT("a" VARCHAR, "b" BIGINT[]) and the like. */

export type DuckType =
  | { readonly kind: "plain"; readonly name: string }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "list"; readonly of: DuckType }
  | { readonly kind: "struct"; readonly fields: readonly (readonly [name: string, type: DuckType])[] }
  | { readonly kind: "map"; readonly key: DuckType; readonly of: DuckType };

/** What is no type this knows is a plain one of that name. */
export function parseDuckType(text: string): DuckType {
  return parse(text.trim());
}

function parse(text: string): DuckType {
  const list = /^(.*)\[\d*\]$/s.exec(text);
  if (list) return { kind: "list", of: parse(list[1] ?? "") };
  const [, head = "", inside] = /^(STRUCT|MAP|DECIMAL)\((.*)\)$/s.exec(text) ?? [];
  if (inside === undefined) return { kind: "plain", name: text };
  const parts = partsOf(inside);
  if (head === "DECIMAL") {
    const [precision = 18, scale = 0] = parts.map(Number);
    return { kind: "decimal", precision, scale };
  }
  if (head === "MAP") return { kind: "map", key: parse(parts[0] ?? ""), of: parse(parts[1] ?? "") };
  return { kind: "struct", fields: parts.map(fieldOf) };
}

function fieldOf(text: string): readonly [string, DuckType] {
  const [whole = "", quoted, bare] = /^(?:"((?:[^"]|"")*)"|(\S+))\s+/.exec(text) ?? [];
  return [bare ?? (quoted ?? "").replaceAll('""', '"'), parse(text.slice(whole.length))];
}

/** Parts between commas that stand outside brackets and quotes. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let [depth, from, quote] = [0, 0, ""];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "(") depth += 1;
    else if (sign === ")") depth -= 1;
    else if (sign === "," && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}
