/** `<call-lake-clock>` (internal): a duration that ticks by itself, so that a second renders nothing else anew. */
import { offset } from "../../format.ts";
import { define } from "../base.ts";

const ticking = new Set<Clock>();
let timer: ReturnType<typeof setInterval> | undefined;

export class Clock extends HTMLElement {
  #since = 0;

  /** When it began, in ms of this browser's clock. */
  set since(ms: number) {
    this.#since = ms;
    this.tick();
  }

  connectedCallback(): void {
    this.setAttribute("role", "timer");
    ticking.add(this);
    timer ??= setInterval(() => {
      for (const clock of ticking) clock.tick();
    }, 1000);
    this.tick();
  }

  disconnectedCallback(): void {
    ticking.delete(this);
    if (ticking.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  tick(): void {
    const text = offset(Date.now() - this.#since);
    if (this.textContent !== text) this.textContent = text;
  }
}

define("call-lake-clock", Clock);
