/** What the routes work with: the router's options, checked, with their defaults filled in. */
import type { Hono } from "hono";
import type { CallLake } from "../query/index.ts";
import type { Erase } from "./deletion.ts";
import type { ApiEnv } from "./identity.ts";
import type { Recorder } from "./ingest.ts";

export interface ApiParts {
  readonly lake: CallLake;
  /** Takes the records of POST; null where the host takes none. */
  readonly history: Recorder | null;
  /** Throws a 503 where the host erases nothing. */
  readonly erase: Erase;
  /** In which dates are read where a request has no tz. */
  readonly timeZone: string;
  readonly log: (message: string) => void;
}

/** One group of routes: adds itself to the router. */
export type Routes = (api: Hono<ApiEnv>, parts: ApiParts) => void;
