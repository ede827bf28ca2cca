/** What all our elements have in common: the properties a host sets, and the events they tell. */
import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Server } from "../data.ts";
import { type Formats, formatsFor, localZone } from "../format.ts";
import type { Theme } from "../theme.ts";

export class CallLakeElement extends LitElement {
  /** Base URL of the router. */
  @property() api = "/api/calls";
  /** Sent with every request. */
  @property({ attribute: false }) headers: Record<string, string> = {};
  /** IANA zone in which times are shown and dates are read; the browser's when empty. */
  @property() timezone = "";
  /** BCP 47 tag for numbers and dates; the browser's when empty. */
  @property() locale = "";
  @property() theme: Theme = "auto";
  /** What the person may do; undefined = the server says so by its answers. */
  @property({ attribute: false }) permissions: readonly string[] | undefined;
  /** Path of the host's page of calls; links then go to `${route}/${id}`. Without it rows are buttons. */
  @property() route = "";

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
