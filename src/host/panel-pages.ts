/** What the demo host's own pages are told: its settings, its engine, the roles to look as; each role its own. */
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { HistoryStats } from "../engine-hook/index.ts";
import type { EtlProcess } from "../etl/index.ts";
import { type CallLake, EVERYTHING, scopeOf } from "../query/index.ts";
import { type Config, describeConfig } from "./config.ts";
import { PROVIDERS, TENANTS } from "./demo/cast.ts";
import type { EngineState } from "./demo/engine-process.ts";
import { identityOf, ROLE_COOKIE, type Role, roleIn, roleOf, roleText } from "./roles.ts";

export interface PanelPagesOptions {
  readonly config: Config;
  readonly lake: CallLake;
  readonly etl: EtlProcess;
  /** All permissions there are. */
  readonly permissions: readonly string[];
  readonly engine: () => { state: EngineState; hook: HistoryStats | null } | null;
}

const CLIENTS_MAX = 20;
const CLIENTS_KEPT_MS = 60_000;
const NO_ENGINE: EngineState = {
  state: "none",
  words: "This host runs no engine; the calls are those an engine elsewhere writes into the data folder.",
  pid: null,
  restarts: 0,
  active_calls: 0,
  calls_begun: 0,
  calls_durable: 0,
};

/** What every page of the panel begins with. It asks the lake nothing: the roles are those that need no counting. */
export function aboutHost({ config, permissions, engine }: PanelPagesOptions, role: Role) {
  return {
    permissions: [...identityOf(role, permissions).permissions],
    role: roleText(role),
    roles: roles([], role),
    time_zone: config.time_zone,
    settings: role.kind === "admin" ? describeConfig(config) : null,
    team: engine() ? teamOf(role) : null,
  };
}

/** The routes below /panel that answer with data. */
export function panelPages(options: PanelPagesOptions): Hono {
  const { config, lake, etl, engine } = options;
  const pages = new Hono();
  const clients = clientsOf(lake);

  pages.get("/host.json", async (c) => {
    const role = roleIn(getCookie(c, ROLE_COOKIE));
    return c.json({ ...aboutHost(options, role), roles: roles(await clients(), role) });
  });

  pages.post("/role", async (c) => {
    const given: unknown = await c.req.json().catch(() => null);
    const role = typeof given === "string" ? roleOf(given) : null;
    if (!role) return c.text("The role is a JSON string: admin, viewer, or client: with the client_id after it.", 400);
    // Out of reach for scripts, and not sent by other sites.
    setCookie(c, ROLE_COOKIE, roleText(role), { path: "/", httpOnly: true, sameSite: "Strict" });
    return c.body(null, 204);
  });

  // For the line that every page has: it asks the lake nothing.
  pages.get("/engine.json", (c) => {
    const { state } = engine() ?? { state: NO_ENGINE };
    const admin = roleIn(getCookie(c, ROLE_COOKIE)).kind === "admin";
    return c.json({ state: state.state, ...(admin ? { active_calls: state.active_calls } : {}) });
  });

  pages.get("/status.json", async (c) => {
    const { state, hook } = engine() ?? { state: NO_ENGINE, hook: null };
    // Counts of all clients' calls, process ids and folders are the administrator's.
    if (roleIn(getCookie(c, ROLE_COOKIE)).kind !== "admin") return c.json({ engine: { state: state.state } });
    const health = await lake.health();
    const data = { folder: config.dir, ...health, etl_process: etl.pid ?? "restarting" };
    return c.json({ engine: state, hook, data });
  });
  return pages;
}

/** The clients that have calls: counting them goes through all history, and every page of the panel begins with them. */
function clientsOf(lake: CallLake): () => Promise<readonly string[]> {
  let known: Promise<readonly string[]> | null = null;
  let askedMs = 0;
  const ask = async () => {
    const { client_id } = await lake.facets(EVERYTHING, scopeOf({ read_pii: false }));
    return client_id.flatMap(({ value }) => (value === null ? [] : [value])).slice(0, CLIENTS_MAX);
  };
  return () => {
    const before = known;
    if (before === null || Date.now() - askedMs > CLIENTS_KEPT_MS) {
      askedMs = Date.now();
      const next = ask();
      // Who asks while the next answer is on its way gets the last one; the first has to wait.
      known = before ?? next;
      next.then(
        () => {
          known = next;
        },
        () => {
          if (known === next) known = null;
        },
      );
    }
    return known ?? Promise.resolve([]);
  };
}

/** The roles one may look as; the clients are those that have calls, and the one that is looked as. */
function roles(known: readonly string[], role: Role): string[] {
  const clients = new Set(known);
  if (role.kind === "client") clients.add(role.client_id);
  return ["admin", ...[...clients].map((id) => roleText({ kind: "client", client_id: id })), "viewer"];
}

/** The assistants of the engine, and the providers they speak through; a client sees its own assistants. */
function teamOf(role: Role) {
  const own = TENANTS.filter(({ client_id }) => role.kind !== "client" || client_id === role.client_id);
  return {
    assistants: own.map(({ share: _, contexts, languages, called_number, ...assistant }) => ({
      ...assistant,
      called_number: role.kind === "viewer" ? null : called_number,
      contexts: contexts.map(([name]) => name),
      languages: languages.map(([name]) => name),
    })),
    providers: PROVIDERS.map(({ name, pipeline, components, audio }) => ({ name, pipeline, components, audio })),
  };
}
