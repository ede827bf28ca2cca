/** Narrowing the timeline without a pointer: two lists of its buckets, and a button. And what a drawn range means. */
import { html, type TemplateResult } from "lit";
import type { CallStats } from "../../../api/contract.ts";
import { wallClock } from "../../charts/plot.ts";
import { bucketText } from "../../charts/timeline.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";

export function narrowForm(
  { bucket, points }: CallStats["timeline"],
  formats: Formats,
  narrow: (from: number, to: number) => void,
): TemplateResult {
  const w = words.stats.narrow;
  const choice = (name: string, label: string, chosen: number) => html`<label
    >${label}
    <select class="field" name=${name}>
      ${points.map(
        ({ t }, i) => html`<option value=${i} ?selected=${i === chosen}>${bucketText(bucket, t, formats)}</option>`,
      )}
    </select>
  </label>`;
  return html`<details class="narrow">
    <summary>${w.title}</summary>
    <form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const form = new FormData(event.target as HTMLFormElement);
        const [from, to] = [Number(form.get("from")), Number(form.get("to"))];
        narrow(Math.min(from, to), Math.max(from, to));
      }}
    >
      ${choice("from", w.from, 0)} ${choice("to", w.to, points.length - 1)}
      <button class="button" type="submit">${w.apply}</button>
    </form>
  </details>`;
}

/** Numbers of the first and last bucket that a drawn range covers by half or more; the first after the last for none. */
export function brushedBuckets(
  range: { readonly from: unknown; readonly to: unknown },
  { timeline }: CallStats,
  timezone: string,
): [number, number] {
  const [from, to] = [Number(range.from), Number(range.to)];
  const inside = timeline.points.flatMap(({ t }, i) => {
    const at = Number(wallClock(t, timezone));
    return at >= from && at <= to ? [i] : [];
  });
  return [inside[0] ?? 1, inside.at(-1) ?? 0];
}
