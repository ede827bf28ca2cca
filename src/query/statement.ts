/** A piece of SQL with its bound values: the only way statements are put together in this folder. */

export type Parameter = string | number | boolean | null;

/** Text with a hole between each two parts, and the value or the piece that goes into the hole. */
export class Sql {
  readonly parts: readonly string[];
  readonly values: readonly (Parameter | Sql)[];
  /** What people are shown instead of it. */
  readonly shown: Sql | null;

  constructor(parts: readonly string[], values: readonly (Parameter | Sql)[], shown: Sql | null = null) {
    this.parts = parts;
    this.values = values;
    this.shown = shown;
  }
}

/** A tagged statement: every `${value}` becomes a bound parameter, every `${piece}` is put in as it is. */
export function sql(parts: TemplateStringsArray, ...values: readonly (Parameter | Sql)[]): Sql {
  return new Sql(parts, values);
}

/** SQL text of our own making (identifiers, sources); never anything that came from outside. */
export function raw(text: string): Sql {
  return new Sql([text], []);
}

/** The first piece where it is run, the second where it is shown: for what holds of this view only. */
export function shownAs(piece: Sql, shown: Sql): Sql {
  return new Sql(piece.parts, piece.values, shown);
}

/** Pieces with a separator between them. */
export function join(pieces: readonly Sql[], separator: string): Sql {
  if (pieces.length === 0) return raw("");
  return new Sql(["", ...pieces.slice(1).map(() => separator), ""], pieces);
}

/** Conditions that must all hold; none gives TRUE. */
export function all(pieces: readonly Sql[]): Sql {
  return pieces.length === 0 ? raw("TRUE") : join(pieces, " AND ");
}

/** A quoted identifier. */
export function name(text: string): Sql {
  return raw(`"${text.replaceAll('"', '""')}"`);
}

/** A text as an SQL literal. */
export function literal(value: Parameter): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return String(value);
}

/** The statement with $1, $2 … and the values that belong to them. */
export function bind(statement: Sql): { text: string; parameters: Parameter[] } {
  const parameters: Parameter[] = [];
  const text = write(statement, (value) => {
    parameters.push(value);
    return `$${parameters.length}`;
  });
  return { text, parameters };
}

/** The statement with its values written into it, for people to read and to run elsewhere. */
export function readable(statement: Sql): string {
  return write(statement, literal, true);
}

function write(piece: Sql, value: (value: Parameter) => string, forPeople = false): string {
  const statement = forPeople ? (piece.shown ?? piece) : piece;
  let text = statement.parts[0] ?? "";
  for (const [index, hole] of statement.values.entries()) {
    text += (hole instanceof Sql ? write(hole, value, forPeople) : value(hole)) + (statement.parts[index + 1] ?? "");
  }
  return text;
}
