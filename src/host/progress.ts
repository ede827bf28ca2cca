/** Progress of a long job: one line that redraws on a terminal, a plain line now and then elsewhere. */

interface Sink {
  readonly isTTY?: boolean;
  /** Characters of a terminal's line: a longer one would wrap, and the next drawing leave its rest behind. */
  readonly columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const PLAIN_MS = 2_000;

/** Tells how far a job of `total` steps (0 = not known) is, at what rate, and how long it will still take. */
export class Progress {
  readonly #label: string;
  #total: number;
  readonly #unit: string;
  readonly #sink: Sink;
  readonly #began = performance.now();
  #told = 0;
  #done = 0;

  constructor(label: string, total: number, unit: string, sink: Sink = process.stderr) {
    this.#label = label;
    this.#total = total;
    this.#unit = unit;
    this.#sink = sink;
  }

  /** Says that `done` of all steps are done, and how many these are if that is known only now. */
  at(done: number, total = this.#total): void {
    this.#done = done;
    this.#total = total;
    const now = performance.now();
    if (now - this.#told < (this.#sink.isTTY ? REDRAW_MS : PLAIN_MS)) return;
    this.#told = now;
    this.#sink.write(this.#sink.isTTY ? `\r\x1b[K${this.#fitted()}` : `${this.#line()}\n`);
  }

  /** Takes the bar away, where the answer says all there is to say. */
  clear(): void {
    if (this.#sink.isTTY) this.#sink.write("\r\x1b[K");
  }

  /** Closes with the sum and the time it took. */
  close(): void {
    const seconds = this.#seconds();
    const line = `${this.#label}: ${number(this.#done)} ${this.#unit} in ${seconds.toFixed(1)} s (${number(this.#done / seconds)}/s)\n`;
    this.#sink.write(this.#sink.isTTY ? `\r\x1b[K${line}` : line);
  }

  #fitted(): string {
    return this.#line().slice(0, Math.max(20, (this.#sink.columns ?? 80) - 1));
  }

  #seconds(): number {
    return Math.max(0.001, (performance.now() - this.#began) / 1000);
  }

  #line(): string {
    const rate = this.#done / this.#seconds();
    if (this.#total === 0) return `${this.#label} ${number(this.#done)} ${this.#unit}, ${number(rate)}/s`;
    const part = Math.min(1, this.#done / this.#total);
    const left = rate > 0 ? `${time(Math.max(0, this.#total - this.#done) / rate)} left` : "starting";
    const bar = `${"█".repeat(Math.round(part * 24)).padEnd(24, "░")} `;
    const percent = `${Math.floor(part * 100)} %`;
    return `${this.#label} ${this.#sink.isTTY ? bar : ""}${percent}, ${number(this.#done)} of ${number(this.#total)} ${this.#unit}, ${number(rate)}/s, ${left}`;
  }
}

/** 59 s, 3 min 20 s, 2 h 5 min. */
function time(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}
