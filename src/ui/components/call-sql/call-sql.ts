/** `<call-sql>`: an analyst's page: an editor, the answer as table or chart, saved queries. Tells `call-navigate`. */
import { property } from "lit/decorators.js";
import type { HistoryStorage } from "../../storage.ts";
import { define } from "../base.ts";
import { LazyElement } from "../lazy.ts";

/**
 * Analysts' page: one SELECT at a time over the calls one may see.
 *
 * @fires {CustomEvent<{ query: string }>} call-navigate - the statement or its view has changed; keep it in the URL
 */
export class CallSql extends LazyElement {
  /** The page's query string: `sql=SELECT…`, and `view=chart` when the answer is drawn. A statement in it is run. */
  @property() query = "";
  /** Where saved queries are kept; the browser's localStorage when undefined. */
  @property({ attribute: false }) storage: HistoryStorage | undefined;

  protected readonly tag = "call-lake-sql-page";
  protected readonly parts = "root, state, table, editor";

  protected load(): Promise<unknown> {
    return import("./sql-page.ts");
  }
}

define("call-sql", CallSql);
