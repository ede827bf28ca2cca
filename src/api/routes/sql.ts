/** POST /sql and GET /sql/schema: one SELECT of an analyst, judged and bounded. */
import { z } from "zod";
import { type AnalystAnswer, ARROW_MEDIA_TYPE, arrowWriter, SQL_LIMITS, sqlSchema } from "../../query/index.ts";
import { jsonOf } from "../body.ts";
import type { SqlResult } from "../contract.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import type { Routes } from "../parts.ts";

/** Rows of one record batch. */
const BATCH_ROWS = 2000;

/** The body of POST /sql. */
export const sqlQuestion = z.strictObject({
  sql: z.string().min(1).max(SQL_LIMITS.sql_characters_max),
  limit: z.int().min(1).max(SQL_LIMITS.rows_max).default(1000),
  timeout_ms: z.int().min(1).max(SQL_LIMITS.timeout_ms_max).default(10_000),
});

export const sqlRoutes: Routes = (api, { lake }) => {
  api.get("/sql/schema", (c) => c.json(sqlSchema(allowed(c, "calls.sql").scope)));
  api.post("/sql", async (c) => {
    const { scope } = allowed(c, "calls.sql");
    const parsed = sqlQuestion.safeParse(await jsonOf(c));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const unknown = issue?.code === "unrecognized_keys" ? issue.keys : [];
      const field = [...(issue?.path ?? []), ...unknown.slice(0, 1)].join(".");
      throw new ApiError(400, "bad_request", `${field || "The body"}: ${issue?.message ?? "is wrong"}.`, field || null);
    }
    const started = performance.now();
    const answer = await lake.analyse(parsed.data, scope, c.req.raw.signal);
    const elapsed_ms = Math.round(performance.now() - started);
    if (c.req.header("accept")?.includes(ARROW_MEDIA_TYPE)) return arrowOf(answer);
    return c.json({ ...answer, columns: [...answer.columns], rows: [...answer.rows], elapsed_ms } satisfies SqlResult);
  });
};

/** The answer as an Arrow stream, batch by batch as the client takes them. */
async function arrowOf({ columns, rows, truncated }: AnalystAnswer): Promise<Response> {
  const writer = await arrowWriter(columns, new Map([["truncated", String(truncated)]]));
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const batch = rows.slice(at, at + BATCH_ROWS);
      at += BATCH_ROWS;
      if (batch.length > 0) controller.enqueue(writer.batch(batch));
      else {
        controller.enqueue(writer.end());
        controller.close();
      }
    },
  });
  return new Response(body, { headers: { "Content-Type": ARROW_MEDIA_TYPE, "X-Truncated": String(truncated) } });
}
