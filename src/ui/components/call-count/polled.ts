/** What the small widgets have in common: a question that is asked again and again while the page is in sight. */
import type { PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { type Answer, type DataError, Latest } from "../../data.ts";
import { forServer, parseFilter, withPreset } from "../../filter.ts";
import { words } from "../../words.ts";
import { CallLakeElement } from "../base.ts";
import { errorText } from "../parts.ts";

const SECONDS_MIN = 2;

export abstract class PolledElement<T> extends CallLakeElement {
  @property() filter = "";
  @property({ type: Number }) days = 0;
  @property() label = "";
  @property({ type: Number, attribute: "refresh-seconds" }) refreshSeconds = 0;

  @state() protected value: T | null = null;
  @state() protected error: DataError | null = null;

  #asks = new Latest();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Names of the properties that change the question. */
  protected readonly asks: readonly string[] = ["api", "headers", "timezone", "permissions", "filter", "days"];

  protected abstract ask(filter: URLSearchParams, signal: AbortSignal): Promise<Answer<T>>;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#seen);
    if (this.hasUpdated) this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#seen);
    clearInterval(this.#timer);
    this.#asks.stop();
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const names = this.asks;
    if (!this.hasUpdated || [...names, "refreshSeconds"].some((name) => changed.has(name))) this.#start();
  }

  refresh(): void {
    void this.#load();
  }

  /** The filter with the dates that `days` means today: a page stays open past midnight. */
  protected get question(): URLSearchParams {
    const filter = parseFilter(this.filter);
    if (!(this.days > 0)) return filter;
    const preset = { days: Math.floor(this.days), label: () => "" };
    return withPreset(filter, preset, this.formats.timezone, Date.now());
  }

  /** What is wrong, in a sentence; "" when nothing is. */
  protected get trouble(): string {
    if (!this.mayRead || this.error?.kind === "not_permitted") return words.states.notPermittedTitle;
    if (!this.error) return "";
    return this.value === null ? errorText(this.error) : words.count.stale;
  }

  #seen = () => {
    if (document.visibilityState === "visible") void this.#load();
  };

  #start(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#load(), Math.max(SECONDS_MIN, this.refreshSeconds) * 1000);
    void this.#load();
  }

  async #load(): Promise<void> {
    if (!this.mayRead || document.visibilityState !== "visible") return;
    const answer = await this.ask(forServer(this.question, this.zone), this.#asks.next());
    if (answer.state === "aborted") return;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state === "ok") this.value = answer.value;
    else if (answer.error.kind === "not_permitted") this.value = null;
  }
}
