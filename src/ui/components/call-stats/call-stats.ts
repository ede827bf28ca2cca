/** `<call-stats>`: how the calls went under a filter: cards, charts, top callers and tools. Tells `call-navigate`. */
import { property } from "lit/decorators.js";
import { define } from "../base.ts";
import { LazyElement } from "../lazy.ts";

/**
 * How the calls went under a filter: numbers, charts, tables.
 *
 * @fires {CustomEvent<{ query: string, page?: string }>} call-navigate - without `page`: the filter has changed, keep it in the URL; with it: that page is to be shown with the query
 */
export class CallStats extends LazyElement {
  /** The filter as a query string: without dates it shows the last 30 days, with `range=all` all time. */
  @property() filter = "";

  protected readonly tag = "call-lake-stats";
  protected readonly parts = "root, cards, card, panel, state";

  constructor() {
    super();
    // The inside has narrowed its own filter: the property says so too.
    this.addEventListener("call-navigate", (event) => {
      const { page, query } = (event as CustomEvent<{ page?: string; query: string }>).detail;
      if (page === undefined) this.filter = query;
    });
  }

  protected load(): Promise<unknown> {
    return import("./stats-view.ts");
  }
}

define("call-stats", CallStats);
