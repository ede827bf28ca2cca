/** When to look for new rows: every few seconds, at once when the live feed tells of an end, never in a page out of sight. */
import type { Server } from "../../data.ts";
import { painted } from "../../painted.ts";

/** The feed knows nothing of calls that are told when they are over, or imported. */
const LOOK_MS = 5000;
/** A call is in the list a moment after its end; several ends are looked after at once. */
const AFTER_END_MS = 300;
const BETWEEN_LOOKS_MS = 2000;

interface Feed {
  readonly server: Server;
  readonly filter: URLSearchParams;
}

export class LiveRows {
  /** Every LOOK_MS, whether or not there is something to look for. */
  readonly #turn: () => void;
  readonly #look: () => Promise<void>;
  /** Null where nobody reads the newest calls. */
  readonly #feed: () => Feed | null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #following: AbortController | null = null;
  #followed = "";
  #lookedMs = 0;
  #looking = false;
  /** Whether a call has ended since the look that is going on began. */
  #missed = false;

  constructor(feed: () => Feed | null, look: () => Promise<void>, turn: () => void) {
    this.#feed = feed;
    this.#look = look;
    this.#turn = turn;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), LOOK_MS);
    document.addEventListener("visibilitychange", this.#visibility);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    clearTimeout(this.#soon);
    this.#soon = undefined;
    document.removeEventListener("visibilitychange", this.#visibility);
    this.#leave();
  }

  /** Follows the feed of what is shown now, once that has been painted. */
  async follow(): Promise<void> {
    await painted();
    // A chunk of its own: the list is there without it.
    const module = await import("./ended.ts").catch(() => null);
    const feed = document.visibilityState === "visible" && this.#timer !== undefined ? this.#feed() : null;
    const key = feed && module ? module.feedOf(feed.server, feed.filter) : "";
    if (key === this.#followed) return;
    this.#leave();
    if (!feed || !module) return;
    this.#followed = key;
    const following = new AbortController();
    this.#following = following;
    void module.followEnded({
      ...feed,
      signal: following.signal,
      ended: () => this.#lookSoon(AFTER_END_MS),
    });
  }

  #leave(): void {
    this.#following?.abort();
    this.#following = null;
    this.#followed = "";
  }

  /** Browsers keep few connections to a server: a page out of sight holds none. */
  #visibility = (): void => {
    if (document.visibilityState === "visible") {
      void this.follow();
      this.#lookSoon(0);
    } else this.#leave();
  };

  #lookSoon(wait: number): void {
    if (this.#timer === undefined) return;
    const next = Math.max(wait, this.#lookedMs + BETWEEN_LOOKS_MS - Date.now());
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      if (this.#looking) this.#missed = true;
      else void this.#lookNow();
    }, next);
  }

  /** One at a time: if each ended the one before, a server that answers late would never be heard. */
  async #lookNow(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    this.#lookedMs = Date.now();
    this.#looking = true;
    this.#missed = false;
    await this.#look().finally(() => {
      this.#looking = false;
    });
    if (this.#missed) this.#lookSoon(0);
  }

  #tick(): void {
    this.#turn();
    if (!this.#looking && Date.now() - this.#lookedMs >= BETWEEN_LOOKS_MS) void this.#lookNow();
  }
}
