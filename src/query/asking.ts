/** One question from its view to its rows: asked again where files or the engine went away under it. */
import type { Lane, QueryEngine } from "./engine.ts";
import { EngineLostError, isAbort, StatementError, TimeoutError } from "./errors.ts";
import type { Asked, Memo } from "./memo.ts";
import { parseRow, type Row } from "./rows.ts";
import { bind, type Sql } from "./statement.ts";
import type { View } from "./view.ts";
import type { Viewing } from "./viewing.ts";

/** A compaction or an erasure may come between listing and reading; several in a row are not chance. */
const VANISHED_MAX = 3;
/** A question that took the engine with it twice is not asked a third time. */
const LOST_MAX = 1;
const QUESTION_MAX_MS = 30_000;

/** All rows of a statement, of the question's one view. */
export type Ask = (statement: Sql) => Promise<Row[]>;

export interface HeldView {
  readonly view: View;
  readonly ask: Ask;
  /** Carries out a COPY to a file. */
  readonly copy: (statement: Sql) => Promise<void>;
  /** After one of these has failed: whether it was for files that cannot be read, which the next view is without. */
  mended(error: unknown): Promise<boolean>;
  leave(): void;
}

/** The first statement of a question that failed. */
interface Failed {
  view?: View;
  statement?: string;
}

function noted<T>(failed: Failed, view: View, statement: Sql, asked: Promise<T>): Promise<T> {
  asked.catch(() => {
    failed.view ??= view;
    failed.statement ??= bind(statement).text;
  });
  return asked;
}

export class Asking {
  readonly #engine: QueryEngine;
  readonly #viewing: Viewing;
  readonly #questionMaxMs: number;
  readonly #memo: Memo | null;

  /**
   * A question that takes longer than `questionMaxMs` is interrupted, and answered with TimeoutError. With a memo, rows of
   * statements that were asked before are not asked again.
   */
  constructor(engine: QueryEngine, viewing: Viewing, questionMaxMs = QUESTION_MAX_MS, memo: Memo | null = null) {
    this.#memo = memo;
    this.#engine = engine;
    this.#viewing = viewing;
    this.#questionMaxMs = questionMaxMs;
  }

  /**
   * Lets a question ask statements of one view; the whole question is asked again if something went away. Rows may be
   * shared with other questions and must not be changed; `afresh`, each statement is asked, and its rows are one's own.
   */
  async question<T>(
    of: (view: View, ask: Ask) => Promise<T>,
    signal?: AbortSignal,
    lane: Lane = "quick",
    afresh = false,
  ): Promise<T> {
    const memo = afresh ? null : this.#memo;
    const tries = new Tries();
    const late = AbortSignal.timeout(this.#questionMaxMs);
    const stop = signal ? AbortSignal.any([signal, late]) : late;
    for (;;) {
      const failed: Failed = {};
      try {
        return await this.#once(of, stop, lane, failed, memo);
      } catch (error) {
        if (late.aborted && signal?.aborted !== true && isAbort(error)) {
          throw new TimeoutError(
            `The question took more than ${this.#questionMaxMs} ms; narrow its dates, or ask again later.`,
          );
        }
        if (!(await this.#mended(failed, error))) tries.again(error);
      }
    }
  }

  /** A view that is kept until `leave`, for exports, which ask and copy for longer than a question may take. */
  async hold(signal: AbortSignal): Promise<HeldView> {
    const view = await this.#viewing.enter();
    const failed: Failed = {};
    return {
      view,
      ask: (statement) => noted(failed, view, statement, this.#rows(statement, view, signal, "heavy", null)),
      copy: (statement) => {
        const { text, parameters } = bind(statement);
        return noted(failed, view, statement, this.#engine.copy(text, parameters, signal, view.generation));
      },
      mended: (error) => this.#mended(failed, error),
      leave: () => this.#viewing.leave(view),
    };
  }

  /** Yields the rows of one statement as they come; asked again only before the first of them. */
  async *stream(of: (view: View) => Sql, signal?: AbortSignal): AsyncIterable<Row> {
    const tries = new Tries();
    for (let yielded = false; ; ) {
      let view: View | undefined;
      const failed: Failed = {};
      try {
        view = await this.#viewing.enter();
        const { text, parameters } = bind(of(view));
        failed.view = view;
        failed.statement = text;
        for await (const chunk of this.#engine.run(text, parameters, signal, view.generation, "heavy")) {
          yielded = true;
          yield* chunk.map(parseRow);
        }
        return;
      } catch (error) {
        if (yielded) throw error;
        if (!(await this.#mended(failed, error))) tries.again(error);
      } finally {
        if (view) this.#viewing.leave(view);
      }
    }
  }

  async #once<T>(
    of: (view: View, ask: Ask) => Promise<T>,
    signal: AbortSignal,
    lane: Lane,
    failed: Failed,
    memo: Memo | null,
  ): Promise<T> {
    const view = await this.#viewing.enter();
    this.#memo?.see(view);
    const asked: Promise<unknown>[] = [];
    try {
      return await of(view, (statement) => {
        const rows = noted(failed, view, statement, this.#rows(statement, view, signal, lane, memo));
        asked.push(rows);
        return rows;
      });
    } finally {
      // Statements asked side by side: the view stays until the last of them is over, even if one has failed.
      await Promise.allSettled(asked);
      this.#viewing.leave(view);
    }
  }

  /** Whether it failed for files that cannot be read, which the next view is without. */
  async #mended({ view, statement }: Failed, error: unknown): Promise<boolean> {
    return view !== undefined && statement !== undefined && this.#viewing.mend(view, error, statement);
  }

  async #rows(statement: Sql, view: View, signal: AbortSignal, lane: Lane, memo: Memo | null): Promise<Row[]> {
    const { text, parameters } = bind(statement);
    const ask = async (stop: AbortSignal): Promise<Asked> => {
      const rows: Row[] = [];
      let characters = 0;
      for await (const chunk of this.#engine.run(text, parameters, stop, view.generation, lane)) {
        for (const row of chunk) {
          rows.push(parseRow(row));
          characters += row.length;
        }
      }
      return { rows, characters };
    };
    return memo ? memo.rows(view, text, parameters, lane, signal, ask) : (await ask(signal)).rows;
  }
}

/** Counts what went wrong, and throws what is not to be tried again. */
export class Tries {
  #vanished = 0;
  #lost = 0;

  again(error: unknown): void {
    if (error instanceof StatementError && error.fileVanished && ++this.#vanished <= VANISHED_MAX) return;
    // A fatal error invalidates the engine for good; its child is started anew meanwhile.
    const lost = error instanceof EngineLostError || (error instanceof StatementError && error.fatal);
    if (lost && ++this.#lost <= LOST_MAX) return;
    throw error;
  }
}
