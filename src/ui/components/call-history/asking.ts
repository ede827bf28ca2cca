/** The half of `<call-history>` that asks: the query of the page, the rows under it, what is remembered of the person. */
import type { PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { sortOf } from "../../../client/page-query.ts";
import { forServer, parseQuery, type Query, queryText } from "../../filter.ts";
import type { HistoryStorage } from "../../storage.ts";
import { CallLakeElement } from "../base.ts";
import { Memory } from "./memory.ts";
import { CallRows, type KnownRows } from "./rows.ts";

export abstract class AskingElement extends CallLakeElement {
  /**
   * The page's query, e.g. `outcome=error&start_date=2026-11-01&sort=-duration_seconds&peek=…`: the filter, the order,
   * and the call that is looked at. The host keeps it in its URL.
   */
  @property() filter = "";
  /** Rows of a page: 25, 50, 100 or 200. */
  @property({ type: Number, attribute: "page-size" }) pageSize = 50;
  /** Where columns, widths and views are remembered; the browser's localStorage if undefined. */
  @property({ attribute: false }) storage: HistoryStorage | undefined;

  /**
   * The rows it begins with, where the host has them already: what `GET` of `firstPageUrl(…)` answers to this person, and
   * that URL. They are shown if that is what would be asked first.
   */
  @property({ attribute: false }) firstRows: KnownRows | undefined;

  @state() protected query: Query = parseQuery("");
  /** What has been done, to be told once. */
  @state() protected said = "";
  /** Raised when the calls may be others than those that were counted. */
  @state() protected version = 0;

  protected readonly memory = new Memory(this, () => this.storage);
  protected readonly rows = new CallRows(
    this,
    () => this.#question(),
    () => this.isStill,
  );

  /** Nothing is to be asked, so what is drawn first can be what stays. */
  protected override get waitsForWords(): boolean {
    return this.firstRows !== undefined;
  }

  /** Whether nobody reads or works with a row: then new ones may come in above it. */
  protected abstract get isStill(): boolean;

  /** The query is about other calls than before. */
  protected abstract onOtherCalls(): void;

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("storage")) void this.memory.read();
    const asks = ["api", "headers", "timezone", "permissions", "pageSize"] as const;
    const anew = asks.some((name) => changed.has(name));
    if (!this.hasUpdated) this.rows.known = this.firstRows;
    if (changed.has("pageSize")) this.rows.toFirstPage();
    if (changed.has("filter") || !this.hasUpdated) this.#take(parseQuery(this.filter), anew);
    else if (anew) void this.rows.load();
  }

  /** Asks for the page again; the rows stay, dimmed, until the answer is there. */
  refresh(): void {
    this.said = "";
    this.version++;
    this.rows.total = null;
    void this.rows.load();
  }

  protected may(permission: string): boolean {
    return this.permissions?.includes(permission) ?? true;
  }

  protected get personal(): boolean {
    return this.may("calls.read_pii");
  }

  protected get sort(): string {
    return sortOf(this.query);
  }

  #question() {
    if (!this.mayRead) return null;
    return {
      server: this.server,
      filter: forServer(this.query.filter, this.zone),
      sort: this.sort,
      limit: this.pageSize,
    };
  }

  /** Makes the query the page's; asks for rows if it is about others. */
  #take(query: Query, anew = false): void {
    const before = this.query;
    this.query = query;
    const same = String(query.filter) === String(before.filter) && query.sort === before.sort;
    if (same && this.hasUpdated && !anew) return;
    if (!same) {
      this.onOtherCalls();
      this.said = "";
      this.rows.toFirstPage();
    }
    void this.rows.load();
  }

  /** `replace`: no step of its own on the way back. */
  protected go(change: Partial<Query>, replace = false): void {
    this.#take({ ...this.query, ...change });
    this.filter = queryText(this.query);
    this.tell("call-navigate", { query: this.filter, replace });
  }
}
