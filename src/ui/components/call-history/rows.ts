/** The rows of the list: one page at a time, asked for, kept while they are asked again, and looked after for new ones. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CallList, CallSearch, CallSummary, FoundCallSummary, UnreadableFile } from "../../../api/contract.ts";
import { limitOf, rowsUrl, searches } from "../../../client/page-query.ts";
import { type DataError, Latest, listCalls, readTotal, type Server, searchCalls } from "../../data.ts";
import { painted } from "../../painted.ts";
import { LiveRows } from "./live-rows.ts";

export const NEWEST_FIRST = "-start_time";
export const BEST_FIRST = "rank";
/** How long new rows are marked. */
const ARRIVED_MS = 8000;
/** After so long it is said that it takes long, with a way out. */
const SLOW_MS = 3000;
export interface Question {
  readonly server: Server;
  /** As the server is to read it. */
  readonly filter: URLSearchParams;
  readonly sort: string;
  readonly limit: number;
}

/** The answer to a question, known to the host before it was asked. */
export interface KnownRows {
  /** `firstPageUrl` of what was asked. */
  readonly url: string;
  readonly answer: CallList | CallSearch;
}

const NONE: ReadonlySet<string> = new Set();

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
  /** For the first question only. */
  known: KnownRows | undefined;
  /** New calls that wait until they are wanted. */
  fresh: (Page & { readonly added: number }) | null = null;
  /** Ids of the rows that have just come in. */
  arrived: ReadonlySet<string> = NONE;

  readonly #host: ReactiveControllerHost;
  /** Null where the person may not see calls. */
  readonly #question: () => Question | null;
  readonly #rows = new Latest();
  readonly #counts = new Latest();
  readonly #polls = new Latest();
  readonly #live = new LiveRows(
    () => (this.#reading ? this.#question() : null),
    () => this.#poll(),
    () => this.#comeIn(),
  );
  /** Whether nobody reads or works with a row, so that new ones may come in above. */
  readonly #still: () => boolean;
  #marked: ReturnType<typeof setTimeout> | undefined;
  #slowly: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, question: () => Question | null, still: () => boolean) {
    this.#host = host;
    this.#question = question;
    this.#still = still;
    host.addController(this);
  }

  hostConnected(): void {
    this.#live.start();
    this.online = navigator.onLine;
    window.addEventListener("online", this.#connection);
    window.addEventListener("offline", this.#connection);
  }

  hostDisconnected(): void {
    this.#live.stop();
    clearTimeout(this.#marked);
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
    const signal = this.#rows.next();
    // What is known is drawn with the page, not after it.
    const answer = this.#known(question) ?? (await ask(question, this.cursor, signal));
    if (answer.state === "aborted") return;
    this.#settle(answer.state === "error" ? answer.error : null);
    if (answer.state === "ok") {
      this.#show(answer.value);
      void this.#live.follow();
      await painted();
      if (this.total === null && !signal.aborted) await this.#count(question);
    } else if (answer.error.kind === "not_permitted") this.calls = null;
  }

  #known({ server, filter, sort, limit }: Question) {
    const { known, cursor } = this;
    this.known = undefined;
    const same = known !== undefined && cursor === null && known.url === rowsUrl(server.api, filter, sort, limit);
    return same ? ({ state: "ok", value: pageOf(known.answer) } as const) : null;
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
    const known = new Set(this.calls?.map((call) => call.id));
    this.#show(this.fresh);
    this.arrived = new Set(this.fresh.calls.flatMap(({ id }) => (known.has(id) ? [] : [id])));
    this.fresh = null;
    clearTimeout(this.#marked);
    this.#marked = setTimeout(() => {
      this.arrived = NONE;
      this.#host.requestUpdate();
    }, ARRIVED_MS);
  }

  /** Lets new rows in, if that moves nothing that somebody reads. */
  #comeIn(): void {
    if (this.fresh && (this.calls?.length === 0 || this.#still())) this.showFresh();
  }

  /** Whether the newest calls are shown, the newest first. */
  get #reading(): boolean {
    return this.cursor === null && this.#question()?.sort === NEWEST_FIRST && this.calls !== null && !this.error;
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

  /** Looks for new calls while the newest page is shown: they come in while nobody is at its rows, else they wait. */
  async #poll(): Promise<void> {
    const question = this.#question();
    if (!question || this.pending || !this.online) return;
    // A server that could not be reached is tried again by itself.
    if (this.error?.kind === "unreachable") return this.load();
    if (!this.#reading) return;
    const answer = await ask(question, null, this.#polls.next());
    if (answer.state !== "ok" || !this.calls) return;
    const known = new Set(this.calls.map((call) => call.id));
    const added = answer.value.calls.filter((call) => !known.has(call.id)).length;
    if (added === 0) return;
    this.fresh = { ...answer.value, added };
    this.#comeIn();
    this.#host.requestUpdate();
  }
}

async function ask(question: Question, cursor: string | null, signal: AbortSignal) {
  const { server, filter, sort, limit } = question;
  const page = { limit: limitOf(filter, sort, limit), cursor, sort };
  const answer = searches(filter, sort)
    ? await searchCalls(server, filter, page, signal)
    : await listCalls(server, filter, { ...page, total: false }, signal);
  return answer.state === "ok" ? ({ state: "ok", value: pageOf(answer.value) } as const) : answer;
}

function pageOf({ calls, next_cursor, unreadable = [] }: CallList | CallSearch): Page {
  return { calls, nextCursor: next_cursor, unreadable };
}
