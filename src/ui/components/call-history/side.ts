/** What stands around the table, all of it lazy: views, facets with their fold, the panel of the call that is looked at. */
import { html, nothing, type TemplateResult } from "lit";
import type { FoundCallSummary } from "../../../api/contract.ts";
import type { Server } from "../../data.ts";
import { forServer, type Query } from "../../filter.ts";
import type { Formats } from "../../format.ts";
import type { SavedView } from "../../storage.ts";
import { words } from "../../words.ts";
import { icon } from "../parts.ts";

interface Common {
  readonly locale: string;
  readonly theme: string;
  readonly server: Server;
  readonly formats: Formats;
}

export interface Views extends Pick<Common, "locale" | "theme"> {
  /** Whether their chunk is loaded; until then their place is kept. */
  readonly load: boolean;
  readonly query: Query;
  readonly views: readonly SavedView[];
  readonly timezone: string;
  readonly choose: (query: string) => void;
  readonly change: (views: readonly SavedView[]) => void;
}

export function viewsLine(given: Views): TemplateResult {
  if (given.load) void import("../saved-views/saved-views.ts").catch(() => {});
  return html`<call-lake-views
    .locale=${given.locale}
    .theme=${given.theme}
    .query=${given.query}
    .views=${given.views}
    .timezone=${given.timezone}
    @view-choose=${(event: CustomEvent<{ query: string }>) => given.choose(event.detail.query)}
    @views-change=${(event: CustomEvent<{ views: readonly SavedView[] }>) => given.change(event.detail.views)}
  ></call-lake-views>`;
}

export interface Side extends Common {
  /** Whether their chunk is loaded. */
  readonly load: boolean;
  readonly open: boolean;
  readonly filter: URLSearchParams;
  readonly zone: string;
  readonly folded: { readonly [facet: string]: boolean };
  readonly version: number;
  readonly waiting: boolean;
  readonly toggle: () => void;
  readonly fold: (folded: { readonly [facet: string]: boolean }) => void;
  readonly change: (event: CustomEvent<{ filter: URLSearchParams }>) => void;
}

export function facetSide(side: Side): TemplateResult {
  const { open, filter, formats } = side;
  // Without its chunk the list works; the server that does not give it gives no rows either.
  if (open && side.load) void import("../facet-sidebar/facet-sidebar.ts").catch(() => {});
  const active = [...filter.keys()].filter((name) => name !== "tz").length;
  const w = words.facets;
  return html`<aside class="side" aria-label=${w.label}>
    <h2>
      <button class="button plain fold" type="button" aria-expanded=${open} title=${open ? w.hide : w.show} @click=${side.toggle}>
        ${icon(open ? "previous" : "next")}<span class="word">${w.label}</span>
        ${!open && active > 0 ? html`<span class="badge">${formats.integer(active)}</span><span class="hidden">${w.active}</span>` : nothing}
      </button>
    </h2>
    ${
      open
        ? html`<call-lake-facets
            .locale=${side.locale}
            .server=${side.server}
            .filter=${filter}
            .asked=${forServer(filter, side.zone)}
            .formats=${formats}
            .theme=${side.theme}
            .folded=${side.folded}
            .version=${side.version}
            .waiting=${side.waiting}
            @filter-change=${side.change}
            @facet-fold=${({ detail }: CustomEvent<{ facet: string; open: boolean }>) =>
              side.fold({ ...side.folded, [detail.facet]: detail.open })}
          ></call-lake-facets>`
        : nothing
    }
  </aside>`;
}

export interface PeekPanel extends Common {
  readonly route: string;
  readonly call: string;
  readonly q: string;
  readonly snippets: FoundCallSummary["snippets"];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly close: () => void;
  readonly step: (step: number) => void;
  readonly open: (query: string) => void;
}

export function peekPanel(peek: PeekPanel): TemplateResult {
  void import("../peek/peek.ts").catch(() => {});
  return html`<call-lake-peek
    exportparts="peek"
    .locale=${peek.locale}
    .server=${peek.server}
    .formats=${peek.formats}
    .theme=${peek.theme}
    .route=${peek.route}
    .call=${peek.call}
    .q=${peek.q}
    .snippets=${peek.snippets}
    .hasPrevious=${peek.hasPrevious}
    .hasNext=${peek.hasNext}
    @peek-close=${peek.close}
    @peek-move=${(event: CustomEvent<{ step: number }>) => peek.step(event.detail.step)}
    @peek-open=${(event: CustomEvent<{ query: string }>) => peek.open(event.detail.query)}
  ></call-lake-peek>`;
}
