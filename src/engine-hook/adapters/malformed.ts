/** Counts the events an adapter could not read, and tells of each kind once in the life of the process. */

const KINDS_MAX = 100;
const told = new Set<string>();

export class Malformed {
  readonly #engine: string;
  count = 0;

  /** `engine` names the source in the warning. */
  constructor(engine: string) {
    this.#engine = engine;
  }

  /** Runs a step over an event; what it throws makes the event malformed. */
  guard(kind: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.add(kind, messageOf(error));
    }
  }

  /** An event of that kind was skipped. */
  add(kind: string, why: string): void {
    this.count += 1;
    const name = `${this.#engine} ${kind.slice(0, 80)}`;
    if (told.has(name) || told.size >= KINDS_MAX) return;
    told.add(name);
    process.emitWarning(`An event of ${name} was skipped: ${why} Further ones of this kind are counted only.`, {
      type: "CallLakeWarning",
      code: "CALL_LAKE_MALFORMED_EVENT",
    });
  }
}

function messageOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error);
    return /[.!?]$/.test(text) ? text : `${text}.`;
  } catch {
    return "it cannot be read.";
  }
}
