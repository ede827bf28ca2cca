/** What all our elements have in common: the properties a host sets, and the events they tell. */
import { LitElement, type PropertyValues } from "lit";
import { property } from "lit/decorators.js";
import type { Server } from "../data.ts";
import { type Formats, formatsFor, localZone } from "../format.ts";
import type { Theme } from "../theme.ts";
import { directionOf, lacksWords, loadWords, setWords } from "../words.ts";

/** An element that shows words: it renders in its own language, whatever the page's other elements speak. */
export class SpeakingElement extends LitElement {
  /** BCP 47 tag for words, numbers and dates; the browser's when empty. */
  @property() locale = "";

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("locale")) return;
    this.dir = directionOf(this.locale);
    // An element that was in the page before its definition gets its properties only now.
    setWords(this.locale);
    void loadWords(this.locale).then((anew) => anew && this.requestUpdate());
  }

  /** What comes later than the page is first drawn when it can be read. */
  protected override async scheduleUpdate(): Promise<void> {
    if (!this.hasUpdated && this.waitsForWords && lacksWords(this.locale)) await loadWords(this.locale);
    super.scheduleUpdate();
  }

  protected get waitsForWords(): boolean {
    return true;
  }

  protected override performUpdate(): void {
    setWords(this.locale);
    super.performUpdate();
  }
}

/**
 * What a host may set on every element.
 *
 * @cssprop --call-lake-accent - colour of what can be done and of what is chosen
 * @cssprop --call-lake-background - ground of the element
 * @cssprop --call-lake-surface - ground of controls, cards and panels
 * @cssprop --call-lake-sunken - ground of heads and code
 * @cssprop --call-lake-text - colour of text
 * @cssprop --call-lake-muted - colour of what stands beside
 * @cssprop --call-lake-border - colour of lines
 * @cssprop --call-lake-radius - roundness of controls and cards; 6px
 * @cssprop --call-lake-row-height - height of a row of the list; 36px
 * @cssprop --call-lake-font - font of text
 * @cssprop --call-lake-mono - font of code
 * @cssprop --call-lake-sticky-top - height of a bar of the host that stays at the top while the page scrolls; 0px
 */
export class CallLakeElement extends SpeakingElement {
  /** Base URL of the router. */
  @property() api = "/api/calls";
  /** Sent with every request. */
  @property({ attribute: false }) headers: Record<string, string> = {};
  /** IANA zone in which times are shown and dates are read; the browser's when empty. */
  @property() timezone = "";
  /** The system's when `auto`. */
  @property() theme: Theme = "auto";
  /** What the person may do; undefined = the server says so by its answers. */
  @property({ attribute: false }) permissions: readonly string[] | undefined;
  /** Path of the host's page of calls; links then go to `${route}/${id}`. Without it rows are buttons. */
  @property() route = "";

  /** A page's own element asks the server at once. */
  protected override get waitsForWords(): boolean {
    return false;
  }

  protected get server(): Server {
    return { api: this.api, headers: this.headers };
  }

  protected get zone(): string {
    return this.timezone || localZone();
  }

  protected get formats(): Formats {
    return formatsFor(this.locale, this.zone);
  }

  protected get mayRead(): boolean {
    return this.permissions?.includes("calls.read") ?? true;
  }

  protected get rootClass(): string {
    return `root ${this.theme === "light" || this.theme === "dark" ? this.theme : ""}`;
  }

  protected tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** Names an element once: a page may load the bundle twice, or two versions of it. */
export function define(tag: string, element: CustomElementConstructor): void {
  if (!customElements.get(tag)) customElements.define(tag, element);
}
