/** What one person sees of the live calls: those within the scope and the filter, without what the scope hides. */

import { BadQuestionError, refuseUnknown } from "../../query/index.ts";
import { isHidden, type Scope } from "../../query/scope.ts";
import type { Message } from "../../record/record.ts";
import type { NumberedEvent } from "../../store/journal/live-events.ts";
import type { LiveState } from "../../store/journal/live-state.ts";
import {
  LIVE_COLUMNS,
  type LiveCall,
  type LiveColumns,
  type LiveEvent,
  type LiveMessage,
  type LiveToolCall,
} from "../../store/journal/live-types.ts";
import type { LiveFeedEvent, LiveFilterColumn } from "../contract.ts";

/** Parameters that want a value of the column as it is; repeated = or. */
const FILTER = [
  "client_id",
  "assistant_id",
  "source",
  "provider_name",
  "pipeline_name",
  "context_name",
  "direction",
  "language",
] as const satisfies readonly LiveFilterColumn[];
const VALUES_MAX = 100;

interface LiveFilter {
  readonly columns: ReadonlyMap<(typeof FILTER)[number], ReadonlySet<string>>;
  /** Null: whatever their ids are. */
  readonly ids: ReadonlySet<string> | null;
}

/** The live filter of a URL. Throws BadQuestionError naming the parameter. */
export function parseLiveFilter(params: URLSearchParams, more: readonly string[] = []): LiveFilter {
  refuseUnknown(params, [...FILTER, "id", ...more]);
  const valuesOf = (name: string): ReadonlySet<string> => {
    const values = new Set(params.getAll(name));
    if (values.size > VALUES_MAX) {
      throw new BadQuestionError(`${name} is given ${values.size} times; at most ${VALUES_MAX}.`, name);
    }
    return values;
  };
  const columns = new Map(FILTER.map((column) => [column, valuesOf(column)] as const));
  for (const [column, values] of columns) if (values.size === 0) columns.delete(column);
  const ids = valuesOf("id");
  return { columns, ids: ids.size > 0 ? ids : null };
}

export class Sight {
  readonly #scope: Scope;
  readonly #filter: LiveFilter;
  /** Columns the scope hides. */
  readonly #hidden: readonly (typeof LIVE_COLUMNS)[number][];

  constructor(scope: Scope, filter: LiveFilter = { columns: new Map(), ids: null }) {
    this.#scope = scope;
    this.#filter = filter;
    this.#hidden = LIVE_COLUMNS.filter((column) => isHidden(column, scope));
  }

  /** Whether a call with these columns is to be seen. */
  sees(columns: LiveColumns): boolean {
    const { client_id, assistant_id } = this.#scope;
    if (client_id !== undefined && columns.client_id !== client_id) return false;
    if (assistant_id !== undefined && columns.assistant_id !== assistant_id) return false;
    for (const [column, values] of this.#filter.columns) {
      const value = columns[column];
      if (value === null || !values.has(value)) return false;
    }
    return true;
  }

  /** The calls that are seen, newest first. */
  callsOf(calls: Iterable<LiveState>): LiveCall[] {
    const now = Date.now();
    const seen: LiveCall[] = [];
    for (const call of calls)
      if (this.#wants(call.id) && this.sees(call.columns)) seen.push(this.#call(call.call(now)));
    return seen.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  #wants(id: string): boolean {
    return this.#filter.ids?.has(id) ?? true;
  }

  /** The event as this person may have it; null when it is none of theirs. */
  show({ event, before, after }: NumberedEvent): LiveFeedEvent | null {
    if (!this.#wants(idOf(event))) return null;
    const was = before !== null && this.sees(before);
    const is = this.sees(after);
    if (!is) return was ? { type: "left", id: idOf(event) } : null;
    // A call that comes into sight by what was just learnt of it begins here.
    if (!was && event.type === "changed") return { type: "started", call: this.#call(event.call) };
    return this.#scope.read_pii ? event : this.#masked(event);
  }

  #masked(event: LiveEvent): LiveFeedEvent {
    const known = masked.get(event);
    if (known) return known;
    const made = this.#mask(event);
    masked.set(event, made);
    return made;
  }

  #mask(event: LiveEvent): LiveFeedEvent {
    switch (event.type) {
      case "started":
      case "changed":
        return { ...event, call: this.#call(event.call) };
      case "message":
        return { ...event, message: silent(event.message) };
      case "partial":
        return { ...event, partial: event.partial.map(silent) };
      case "tool":
        return { ...event, tool: nameless(event.tool) };
      default:
        return event;
    }
  }

  #call(call: LiveCall): LiveCall {
    if (this.#scope.read_pii) return call;
    const seen: { [name: string]: unknown } = { ...call, partial: call.partial.map(silent) };
    for (const column of this.#hidden) seen[column] = null;
    return seen as unknown as LiveCall;
  }
}

/** Masked once for all who may not see personal data: the mask is the same for each of them. */
const masked = new WeakMap<LiveEvent, LiveFeedEvent>();
/** That somebody spoke, and when, but not what. */
const silent = <M extends Message | LiveMessage>(message: M): M => ({ ...message, content: null });
/** That a tool ran, and how, but not with what: the same fields that a filter may ask by without calls.read_pii. */
const nameless = (tool: LiveToolCall): LiveToolCall => ({
  ...tool,
  tool_call_id: null,
  params: null,
  result: null,
  error: null,
});
const idOf = (event: LiveEvent): string => ("call" in event ? event.call.id : event.id);
