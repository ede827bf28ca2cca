/** A person, as a request for erasure or access names them: each of their calls fits at least one of the given values. */
import { quote } from "../store/lake/sql.ts";

/** Values exactly as recorded; at least one. The number is looked for as caller, and as the called one of outbound calls. */
export interface Person {
  readonly caller_number?: string;
  readonly caller_name?: string;
  readonly user_id?: string;
  readonly device_id?: string;
}

const COLUMNS = ["caller_number", "caller_name", "user_id", "device_id"] as const;

/** The values a person is named by. Throws a sentence if there is none: nobody's calls are everybody's. */
export function valuesOf(person: Person): Map<(typeof COLUMNS)[number], string> {
  const values = new Map(
    COLUMNS.flatMap((column) => {
      const value = person[column];
      return value === undefined || value === "" ? [] : [[column, value] as const];
    }),
  );
  if (values.size === 0) throw new RangeError(`A person is named by at least one of ${COLUMNS.join(", ")}.`);
  return values;
}

/** A condition over the columns of a call `c`. */
export function personSql(person: Person): string {
  const each = [...valuesOf(person)].map(([column, value]) => `coalesce(c.${column} = ${quote(value)}, false)`);
  if (person.caller_number)
    each.push(`coalesce(c.called_number = ${quote(person.caller_number)} AND c.direction = 'outbound', false)`);
  return `(${each.join(" OR ")})`;
}

/** Whether a record is of that person. */
export function isOf(person: Person, record: Readonly<Record<string, unknown>>): boolean {
  const values = valuesOf(person);
  const number = values.get("caller_number");
  return (
    [...values].some(([column, value]) => record[column] === value) ||
    (number !== undefined && record["called_number"] === number && record["direction"] === "outbound")
  );
}
