/** Health: a real question, and how far the lake is behind the journal. */
import type { JournalFollower } from "../store/journal/follower.ts";
import type { Health, UnreadableFile } from "./answers.ts";
import type { Asking } from "./asking.ts";
import type { QueryEngine } from "./engine.ts";
import { sql } from "./statement.ts";
import { daysOf, sourceOf } from "./view.ts";
import type { Viewing } from "./viewing.ts";

const QUESTION_MAX_MS = 5000;
/** Days that the reason names. */
const DAYS_NAMED = 10;

/** What is in no answer, in words for whoever runs the server; null where nothing is missing. */
function missingText(unreadable: readonly UnreadableFile[], refusedRows: number): string | null {
  const days = [...new Set(unreadable.map(({ day }) => day))].sort();
  const texts = [];
  if (days.length > 0) {
    const more = days.length > DAYS_NAMED ? ` and ${days.length - DAYS_NAMED} more days` : "";
    const named = days.slice(0, DAYS_NAMED).join(", ") + more;
    texts.push(`Files of ${named} cannot be read, their calls are in no answer: run call-lake doctor.`);
  }
  if (refusedRows > 0)
    texts.push(`${refusedRows} rows of the journal cannot be read and are in no answer; see the log.`);
  return texts.length === 0 ? null : texts.join(" ");
}

/** Counts the newest day's calls in earnest; never throws. */
export async function healthOf(
  asking: Asking,
  viewing: Viewing,
  follower: JournalFollower,
  engine: QueryEngine,
  signal: AbortSignal | undefined,
): Promise<Health> {
  const late = AbortSignal.timeout(QUESTION_MAX_MS);
  const began = performance.now();
  let reason: string | null = null;
  let asked: Pick<Health, "tail_rows" | "files" | "unreadable"> = { tail_rows: 0, files: 0 };
  try {
    asked = await asking.question(
      async (view, ask) => {
        const [newest] = daysOf(view);
        await ask(sql`SELECT count(*) AS calls, max(end_time) AS last FROM ${sourceOf(view, (day) => day === newest)}`);
        const { tailRows: tail_rows, files, unreadable } = view;
        return { tail_rows, files: files.length, ...(unreadable.length > 0 ? { unreadable: [...unreadable] } : {}) };
      },
      signal ? AbortSignal.any([signal, late]) : late,
      "quick",
      true,
    );
  } catch (error) {
    reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    if (late.aborted) reason = `The question took more than ${QUESTION_MAX_MS} ms.`;
  }
  const down = reason !== null;
  if (!down) reason = missingText(asked.unreadable ?? [], viewing.refusedRows);
  const ends = follower.rows().map((row) => Date.parse(row.record.end_time ?? row.record.start_time));
  const oldest = ends.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return {
    status: down ? "down" : reason === null ? "ok" : "degraded",
    reason,
    query_ms: Math.round((performance.now() - began) * 10) / 10,
    ...asked,
    active_calls: follower.activeCalls().length,
    journal_lag_seconds: Number.isFinite(oldest) ? Math.max(0, (Date.now() - oldest) / 1000) : null,
    engine: engine.kind,
    engine_restarts: engine.generation - 1,
  };
}
