/** What a host may set on each element, and what each tells: for a page in TypeScript, and for the typings of frameworks. */
import type { LitElement } from "lit";
import type { CallCount } from "./components/call-count/call-count.ts";
import type { CallDetail, CallDetailTab } from "./components/call-detail/call-detail.ts";
import type { CallHistory } from "./components/call-history/call-history.ts";
import type { CallLive } from "./components/call-live/call-live.ts";
import type { CallSql } from "./components/call-sql/call-sql.ts";
import type { CallStatCard } from "./components/call-stat-card/call-stat-card.ts";
import type { CallStats } from "./components/call-stats/call-stats.ts";

/** The elements by their tags. */
export interface CallLakeElements {
  "call-history": CallHistory;
  "call-detail": CallDetail;
  "call-stats": CallStats;
  "call-live": CallLive;
  "call-sql": CallSql;
  "call-count": CallCount;
  "call-stat-card": CallStatCard;
}

/** A call is to be shown; `query` is for its page, such as `tab=transcript&q=refund`. */
export interface CallOpen {
  readonly id: string;
  readonly query?: string;
}

/** The view has changed: keep `query` in the URL of `page` (the id in plugin.json), or of this page when there is none. */
export interface CallNavigate {
  readonly query: string;
  readonly page?: string;
  /** No step of its own on the way back. */
  readonly replace?: boolean;
}

/** The details of the events by tag; all of them bubble, and leave shadow trees. */
export interface CallLakeEvents {
  "call-history": { "call-open": CallOpen; "call-navigate": CallNavigate };
  "call-detail": {
    "call-navigate": CallNavigate & { readonly tab: CallDetailTab };
    "call-close": { readonly id: string };
    "call-deleted": { readonly id: string };
  };
  "call-stats": { "call-navigate": CallNavigate };
  "call-live": { "call-open": CallOpen };
  "call-sql": { "call-navigate": CallNavigate };
  "call-count": { "call-navigate": CallNavigate };
  "call-stat-card": { "call-navigate": CallNavigate };
}

/** The properties of an element that a host sets. */
export type PropertiesOf<E> = {
  [K in Exclude<keyof E, keyof LitElement | "refresh">]?: E[K] | undefined;
};

type EventsOf<T extends keyof CallLakeElements> = CallLakeEvents[T];

/** `oncall-open`, as React 19 names the listeners of a custom element. */
type ReactListeners<T extends keyof CallLakeElements> = {
  [K in keyof EventsOf<T> & string as `on${K}`]?: (event: CustomEvent<EventsOf<T>[K]>) => void;
};

type Pascal<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Capitalize<Head>}${Pascal<Tail>}`
  : Capitalize<Text>;

/** `onCallOpen`, as Vue names what a template writes as @call-open. */
type VueListeners<T extends keyof CallLakeElements> = {
  [K in keyof EventsOf<T> & string as `on${Pascal<K>}`]?: (event: CustomEvent<EventsOf<T>[K]>) => void;
};

export type ReactProps<T extends keyof CallLakeElements> = PropertiesOf<CallLakeElements[T]> & ReactListeners<T>;
export type VueProps<T extends keyof CallLakeElements> = PropertiesOf<CallLakeElements[T]> & VueListeners<T>;

declare global {
  interface HTMLElementTagNameMap extends CallLakeElements {}
}
