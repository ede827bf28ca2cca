/** What an answer lacks: the days of which a file cannot be read, calmly said, with what to do about it. */
import { html, nothing, type TemplateResult } from "lit";
import type { UnreadableFile } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { icon } from "./parts.ts";

/** Days that are named; of more their number is said. */
const NAMED_MAX = 5;

type Unreadable = readonly UnreadableFile[] | undefined;

const daysOf = (unreadable: Unreadable): string[] => [...new Set(unreadable?.map(({ day }) => day))].sort();

/** "1 day could not be read: 20 November. Its calls are missing here."; "" where the answer is whole. */
export function partialText(unreadable: Unreadable, formats: Formats): string {
  const days = daysOf(unreadable);
  if (days.length === 0) return "";
  const shown = days.slice(0, NAMED_MAX).map((day) => formats.utcDay(day));
  const more = days.length - shown.length;
  if (more > 0) shown.push(words.states.partialMore(formats.integer(more)));
  return words.states.partial(days.length, formats.integer(days.length), formats.list(shown));
}

/** The bar above an answer that is not whole; nothing above one that is. */
export function partialNotice(unreadable: Unreadable, formats: Formats): TemplateResult | typeof nothing {
  const text = partialText(unreadable, formats);
  if (!unreadable || text === "") return nothing;
  const told = unreadable.filter(({ file, reason }) => file !== undefined || reason !== undefined);
  told.sort((a, b) => a.day.localeCompare(b.day));
  return html`<div class="notice partial" role="status">
    ${icon("alert")}<span>${text}</span>
    <details>
      <summary>${words.states.partialWhat}</summary>
      <p>${words.states.partialHelp}</p>
      <pre>call-lake doctor --mend</pre>
      ${
        told.length === 0
          ? nothing
          : html`<ul>
              ${told.map(
                ({ day, file, reason }) =>
                  html`<li>${formats.utcDay(day)}: <bdi class="mono">${file}</bdi> <bdi>${reason}</bdi></li>`,
              )}
            </ul>`
      }
    </details>
  </div>`;
}

/** The same in few words, for a small widget, with the whole sentence as its title. */
export function partialMark(unreadable: Unreadable, formats: Formats): TemplateResult | typeof nothing {
  const text = partialText(unreadable, formats);
  if (text === "") return nothing;
  const days = daysOf(unreadable).length;
  return html`<span class="partial note" title=${text}
    >${icon("alert")}${words.states.partialShort(days, formats.integer(days))}</span
  >`;
}
