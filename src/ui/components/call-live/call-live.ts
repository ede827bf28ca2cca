/** `<call-live>`: the calls that run now, with what is being said, and a way to end one. */
import { property } from "lit/decorators.js";
import { define } from "../base.ts";
import { LazyElement } from "../lazy.ts";

/**
 * The calls that run now, as they happen.
 *
 * @fires {CustomEvent<{ id: string }>} call-open - a call that has ended is to be shown
 */
export class CallLive extends LazyElement {
  /** The filter as a query string; what says nothing of running calls (dates, outcomes …) is named and left out. */
  @property() filter = "";

  protected readonly tag = "call-lake-live";
  protected readonly parts = "root, row, transcript, state";

  protected load(): Promise<unknown> {
    return import("./live-view.ts");
  }
}

define("call-live", CallLive);
