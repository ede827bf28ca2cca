/** An engine whose statements are counted, by lane and by how they ended. */
import type { Lane, QueryEngine } from "./engine.ts";
import { EngineBusyError, isAbort } from "./errors.ts";

export interface LaneCounts {
  /** Asked and not over: running, or waiting for a place. */
  open: number;
  done: number;
  /** Taken back by who asked, or by its time. */
  stopped: number;
  /** Turned away because too many wait. */
  refused: number;
  failed: number;
}

export type QueryCounts = Readonly<Record<Lane, Readonly<LaneCounts>>>;

/** The same engine; `counts` is kept up to date. */
export function countedEngine(engine: QueryEngine): { engine: QueryEngine; counts: QueryCounts } {
  const none = (): LaneCounts => ({ open: 0, done: 0, stopped: 0, refused: 0, failed: 0 });
  const counts = { quick: none(), heavy: none(), export: none() } satisfies QueryCounts;
  const ended = (lane: LaneCounts, error: unknown) => {
    if (isAbort(error)) lane.stopped++;
    else if (error instanceof EngineBusyError) lane.refused++;
    else lane.failed++;
  };
  const counted: QueryEngine = {
    kind: engine.kind,
    get generation() {
      return engine.generation;
    },
    async *run(statement, parameters, signal, generation, lane = "quick") {
      const count = counts[lane];
      count.open++;
      let left = true;
      try {
        yield* engine.run(statement, parameters, signal, generation, lane);
        left = false;
        count.done++;
      } catch (error) {
        left = false;
        ended(count, error);
        throw error;
      } finally {
        if (left) count.stopped++;
        count.open--;
      }
    },
    copy: async (statement, parameters, signal, generation) => {
      counts.export.open++;
      try {
        await engine.copy(statement, parameters, signal, generation);
        counts.export.done++;
      } catch (error) {
        ended(counts.export, error);
        throw error;
      } finally {
        counts.export.open--;
      }
    },
    execute: (statement, parameters, generation) => engine.execute(statement, parameters, generation),
    close: () => engine.close(),
  };
  return { engine: counted, counts };
}
