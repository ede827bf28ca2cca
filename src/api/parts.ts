/** What the routes work with: the router's options, checked, with their defaults filled in. */
import type { Hono } from "hono";
import type { CallLake } from "../query/index.ts";
import type { CallDetail, CallExpiry } from "./contract.ts";
import type { Erase } from "./deletion.ts";
import type { ApiEnv } from "./identity.ts";
import type { Intake } from "./ingest/intake.ts";
import type { Provider } from "./ingest/providers.ts";
import type { ReportOptions } from "./ingest/report-options.ts";
import type { PdfFont } from "./transcript/fonts.ts";

export interface ApiParts {
  readonly lake: CallLake;
  /** Takes what is told of calls; null where the host takes none. */
  readonly intake: Intake | null;
  /** The providers whose webhooks are taken, by name. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** How devices report; null where they do not. */
  readonly report: ReportOptions | null;
  /** Throws a 503 where the host erases nothing. */
  readonly erase: Erase;
  /** When a call leaves; null where the host does not say. */
  readonly expiry: Expiry | null;
  /** In which dates are read where a request has no tz. */
  readonly timeZone: string;
  readonly pdfFonts: readonly PdfFont[];
  readonly log: (message: string) => void;
}

/** When a call leaves, by the host's rules; `pii` says whether personal columns are in what the asker sees. */
export type Expiry = (call: CallDetail, pii: boolean) => Promise<CallExpiry>;

/** One group of routes: adds itself to the router. */
export type Routes = (api: Hono<ApiEnv>, parts: ApiParts) => void;

/** Routes that know who asks by a secret of their own, or need not know, and never ask the host. */
export type OpenRoutes = (api: Hono<ApiEnv>, parts: Pick<ApiParts, "intake" | "providers" | "report" | "log">) => void;
