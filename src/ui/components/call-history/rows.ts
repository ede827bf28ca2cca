/** The rows of the list: one page at a time, asked for, kept while they are asked again, and looked after for new ones. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CallSummary, FoundCallSummary, UnreadableFile } from "../../../api/contract.ts";
import { limitOf, searches } from "../../../client/page-query.ts";
import { type DataError, Latest, listCalls, readTotal, type Server, searchCalls } from "../../data.ts";

export const NEWEST_FIRST = "-start_time";
export const BEST_FIRST = "rank";
const POLL_MS = 5000;
/** After so long it is said that it takes long, with a way out. */
const SLOW_MS = 3000;
export interface Question {
  readonly server: Server;
  /** As the server is to read it. */
  readonly filter: URLSearchParams;
  readonly sort: string;
  readonly limit: number;
}

type Rows = readonly (CallSummary | FoundCallSummary)[];
interface Page {
  readonly calls: Rows;
  readonly nextCursor: string | null;
  /** Days of which calls are missing. */
  readonly unreadable: readonly UnreadableFile[];
}

export class CallRows implements ReactiveController {
  calls: Rows | null = null;
  nextCursor: string | null = null;
  unreadable: readonly UnreadableFile[] = [];
  cursor: string | null = null;
  /** Cursors of the pages before this one; its length is the number of this page. */
  trail: readonly (string | null)[] = [];
  /** Pages before the one that is shown, while another is asked for. */
  pagesBefore = 0;
  /** Of all pages; null while it is not known. */
  total: number | null = null;
  pending = false;
  slow = false;
  cancelled = false;
  error: DataError | null = null;
  online = true;
  fresh: (Page & { readonly added: number }) | null = null;

  readonly #host: ReactiveControllerHost;
  /** Null where the person may not see calls. */
  readonly #question: () => Question | null;
  readonly #rows = new Latest();
  readonly #counts = new Latest();
  readonly #polls = new Latest();
  #timer: ReturnType<typeof setInterval> | undefined;
  #slowly: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, question: () => Question | null) {
    this.#host = host;
    this.#question = question;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    this.online = navigator.onLine;
    window.addEventListener("online", this.#connection);
    window.addEventListener("offline", this.#connection);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#slowly);
    window.removeEventListener("online", this.#connection);
    window.removeEventListener("offline", this.#connection);
    for (const running of [this.#rows, this.#counts, this.#polls]) running.stop();
  }

  #connection = (): void => {
    this.online = navigator.onLine;
    this.#host.requestUpdate();
    if (this.online && this.error?.kind === "unreachable") void this.load();
  };

  toFirstPage(): void {
    this.cursor = null;
    this.trail = [];
    this.total = null;
    this.fresh = null;
  }

  turn(forward: boolean): Promise<void> {
    const before = this.trail.at(-1) ?? null;
    this.trail = forward ? [...this.trail, this.cursor] : this.trail.slice(0, -1);
    this.cursor = forward ? this.nextCursor : before;
    return this.load();
  }

  /** Asks for the page, this one or another; the rows stay until the answer is there. */
  async load(): Promise<void> {
    const question = this.#question();
    if (!question) return;
    this.#polls.stop();
    this.#counts.stop();
    this.fresh = null;
    this.pending = true;
    this.cancelled = false;
    clearTimeout(this.#slowly);
    this.slow = false;
    this.#slowly = setTimeout(() => {
      this.slow = true;
      this.#host.requestUpdate();
    }, SLOW_MS);
    this.#host.requestUpdate();
    const answer = await ask(question, this.cursor, this.#rows.next());
    if (answer.state === "aborted") return;
    this.#settle(answer.state === "error" ? answer.error : null);
    if (answer.state === "ok") {
      this.#show(answer.value);
      if (this.total === null) await this.#count(question);
    } else if (answer.error.kind === "not_permitted") this.calls = null;
  }

  /** Takes the question back; what was shown before stays. */
  cancel(): void {
    this.#rows.stop();
    this.#settle(this.error);
    this.cancelled = true;
  }

  showFresh(): void {
    if (!this.fresh) return;
    if (this.total !== null) this.total += this.fresh.added;
    this.#show(this.fresh);
    this.fresh = null;
  }

  #settle(error: DataError | null): void {
    clearTimeout(this.#slowly);
    this.pending = false;
    this.slow = false;
    this.error = error;
    this.#host.requestUpdate();
  }

  #show({ calls, nextCursor, unreadable }: Page): void {
    Object.assign(this, { calls, nextCursor, unreadable });
    this.pagesBefore = this.trail.length;
    // A first page without a second is its own count.
    if (this.trail.length === 0 && nextCursor === null) this.total = calls.length;
    this.#host.requestUpdate();
  }

  /** Apart from the rows, which need not wait for it. Without it the page has no total. */
  async #count({ server, filter }: Question): Promise<void> {
    const answer = await readTotal(server, filter, this.#counts.next());
    if (answer.state !== "ok") return;
    this.total = answer.value.total ?? null;
    this.#host.requestUpdate();
  }

  /** Looks for new calls while the newest page is being read; they wait behind a button, so nothing moves. */
  async #poll(): Promise<void> {
    const question = this.#question();
    if (!question || document.visibilityState !== "visible" || this.pending || !this.online) return;
    // A server that could not be reached is tried again by itself.
    if (this.error?.kind === "unreachable") return this.load();
    const reading = this.cursor === null && question.sort === NEWEST_FIRST && this.calls && !this.error;
    if (!reading) return;
    const answer = await ask(question, null, this.#polls.next());
    if (answer.state !== "ok" || !this.calls) return;
    const known = new Set(this.calls.map((call) => call.id));
    const added = answer.value.calls.filter((call) => !known.has(call.id)).length;
    if (added === 0) return;
    this.fresh = { ...answer.value, added };
    if (this.calls.length === 0) this.showFresh();
    this.#host.requestUpdate();
  }
}

async function ask(question: Question, cursor: string | null, signal: AbortSignal) {
  const { server, filter, sort, limit } = question;
  const page = { limit: limitOf(filter, sort, limit), cursor, sort };
  const answer = searches(filter, sort)
    ? await searchCalls(server, filter, page, signal)
    : await listCalls(server, filter, { ...page, total: false }, signal);
  if (answer.state !== "ok") return answer;
  const { calls, next_cursor, unreadable = [] } = answer.value;
  return { state: "ok", value: { calls, nextCursor: next_cursor, unreadable } satisfies Page } as const;
}
