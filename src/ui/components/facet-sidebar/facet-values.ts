/** The values beside the list with their counts: under the whole filter, but for what is chosen of the same facet. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CallFacets, ValueCount } from "../../../api/contract.ts";
import { Latest, readFacet, readFacets, type Server } from "../../data.ts";
import { withValue } from "../../filter.ts";

/** In the order of the sidebar. */
export const FACETS = [
  "outcome",
  "provider_name",
  "pipeline_name",
  "context_name",
  "direction",
  "label",
  "tool_name",
  "sentiment",
  "language",
  "assistant_id",
  "client_id",
] as const;
export type Facet = (typeof FACETS)[number];

const VALUES_MAX = 100;
const SETTLE_MS = 60;

/** The values, or why there are none yet. */
export type Values = readonly ValueCount[] | "pending" | "failed";

export interface FacetQuestion {
  readonly server: Server;
  /** As the server is to read it. */
  readonly filter: URLSearchParams;
  /** Whether tools are asked for, which costs more than all the others. */
  readonly tools: boolean;
  /** What somebody looks for in a facet. */
  readonly found: ReadonlyMap<Facet, string>;
}

export class FacetValues implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #asked = new Latest();
  #values = new Map<Facet, Values>();
  #askedFor = "";

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#asked.stop();
    this.#askedFor = "";
  }

  of(facet: Facet): Values {
    return this.#values.get(facet) ?? "pending";
  }

  /** Asks, unless it has been asked already; `version` says that the calls may be others. */
  async ask(question: FacetQuestion, version: number): Promise<void> {
    const { server, filter, tools, found } = question;
    const key = JSON.stringify([server.api, String(filter), tools, [...found], version]);
    if (key === this.#askedFor) return;
    this.#askedFor = key;
    const signal = this.#asked.next();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    if (signal.aborted) return;
    const apart = FACETS.filter(
      (facet) => isChosen(filter, facet) || found.get(facet) || (facet === "tool_name" && tools),
    );
    const together = readFacets(server, filter, signal).then((answer) => {
      if (answer.state === "aborted") return;
      for (const facet of FACETS) {
        if (apart.includes(facet) || facet === "tool_name") continue;
        this.#values.set(facet, answer.state === "ok" ? listOf(answer.value, facet) : "failed");
      }
      this.#host.requestUpdate();
    });
    await together;
    for (const facet of apart) {
      if (signal.aborted) return;
      const choice = { prefix: found.get(facet) ?? "", limit: VALUES_MAX };
      const answer = await readFacet(server, facet, withoutFacet(filter, facet), choice, signal);
      if (answer.state === "aborted") return;
      this.#values.set(facet, answer.state === "ok" ? answer.value.values : "failed");
      this.#host.requestUpdate();
    }
  }
}

/** Of a call without the column. */
export const NULL_OF = (facet: Facet): string => `${facet}:is_null:true`;

export function isChosen(filter: URLSearchParams, facet: Facet): boolean {
  return filter.has(facet) || filter.getAll("where").includes(NULL_OF(facet));
}

export function withoutFacet(filter: URLSearchParams, facet: Facet): URLSearchParams {
  const where = filter.getAll("where").filter((condition) => condition !== NULL_OF(facet));
  return withValue(withValue(filter, facet), "where", ...where);
}

function listOf(facets: CallFacets, facet: Facet): readonly ValueCount[] {
  return facets[facet] ?? [];
}
