/** Reads user_sessions of a live Postgres through a cursor: one moment of the table, a thousand rows in memory. */

import type { Meter } from "./source.ts";
import type { Row } from "./user-sessions.ts";

const ROWS_AT_ONCE = 1000;

export function isConnectionString(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** All rows, every value as the text Postgres writes, times in UTC. Throws a sentence without the password. */
export async function* tableRows(connection: string, meter: Meter): AsyncGenerator<Row> {
  // Loaded here and nowhere else: an import of files needs no Postgres client.
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: connection, application_name: "call-lake import" });
  // A lost connection is told by the query that waits; without a listener it would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new Error(
      `Postgres can not be reached: ${error instanceof Error ? error.message || error.name : String(error)}.`,
    );
  }
  try {
    await client.query("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1");
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const described = await client.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'user_sessions' AND table_schema = ANY (current_schemas(false)) ORDER BY ordinal_position",
    );
    if (described.rows.length === 0) throw new Error("The database has no table user_sessions in its search path.");
    const counted = await client.query<{ n: string }>("SELECT count(*)::text AS n FROM user_sessions");
    meter.unit = "rows";
    meter.total += Number(counted.rows[0]?.n ?? 0);
    const columns = described.rows.map(
      ({ name }) => `"${name.replaceAll('"', '""')}"::text AS "${name.replaceAll('"', '""')}"`,
    );
    await client.query(`DECLARE sessions NO SCROLL CURSOR FOR SELECT ${columns.join(", ")} FROM user_sessions`);
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${ROWS_AT_ONCE} FROM sessions`);
      if (rows.length === 0) return;
      for (const row of rows) {
        meter.done += 1;
        yield row;
      }
    }
  } finally {
    await client.end().catch(() => {});
  }
}
