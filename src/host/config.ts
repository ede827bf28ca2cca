/** The settings of the stand-alone host: one table of names, defaults and rules, read from the environment. */
import { isIP } from "node:net";
import { parseRules } from "../record/index.ts";

interface Setting<T> {
  readonly variable: string;
  readonly type: "boolean" | "integer" | "string";
  readonly default: T;
  readonly doc: string;
  readonly secret?: true;
  /** Smallest and largest value of a number. */
  readonly range?: readonly [number, number];
  /** The value, or the rule it breaks as the end of the sentence "NAME must be …". */
  readonly read: (text: string) => { value: T } | { rule: string };
}

const yesNo = (variable: string, fallback: boolean, doc: string): Setting<boolean> => ({
  variable,
  type: "boolean",
  default: fallback,
  doc,
  read: (text) => {
    if (/^(true|1|yes|on)$/i.test(text)) return { value: true };
    if (/^(false|0|no|off)$/i.test(text)) return { value: false };
    return { rule: "true or false" };
  },
});

const whole = (
  variable: string,
  fallback: number,
  [low, high]: readonly [number, number],
  unit: string,
  doc: string,
): Setting<number> => ({
  variable,
  type: "integer",
  default: fallback,
  doc,
  range: [low, high],
  read: (text) => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= low && value <= high
      ? { value }
      : { rule: `a whole number ${unit}from ${low} to ${high}` };
  },
});

const secretOf = (variable: string, doc: string): Setting<string> => ({
  variable,
  type: "string",
  default: "",
  secret: true,
  doc,
  read: (text) => (text.length >= 8 ? { value: text } : { rule: "at least 8 characters long" }),
});

/** Every setting, by its name in code. */
export const SETTINGS = {
  enabled: yesNo("CALL_HISTORY_ENABLED", true, "Whether calls are recorded."),
  dir: {
    variable: "CALL_HISTORY_DIR",
    type: "string",
    default: "data",
    doc: "The data folder (`npm start` takes demo-data unless it is set).",
    read: (text) => (text.includes("\0") ? { rule: "the path of a folder" } : { value: text }),
  } as Setting<string>,
  retention_days: whole(
    "CALL_HISTORY_RETENTION_DAYS",
    0,
    [0, 36_500],
    "of days ",
    "Days a call is kept; 0 keeps it for ever.",
  ),
  retention_rules: {
    variable: "CALL_HISTORY_RETENTION_RULES",
    type: "string",
    default: "",
    doc: "Retention rules as JSON; without it retention.json of the data folder counts (docs/retention.md).",
    read: (text) => {
      try {
        parseRules(JSON.parse(text), 0, "it");
        return { value: text };
      } catch (error) {
        return { rule: `a JSON list of retention rules (${(error as Error).message})` };
      }
    },
  } as Setting<string>,
  time_zone: {
    variable: "CALL_HISTORY_TIME_ZONE",
    type: "string",
    default: "UTC",
    doc: "IANA zone the panel shows times in.",
    read: (text) => {
      try {
        new Intl.DateTimeFormat("en", { timeZone: text });
        return { value: text };
      } catch {
        return { rule: "an IANA time zone such as Europe/Berlin" };
      }
    },
  } as Setting<string>,
  publish_seconds: whole(
    "CALL_HISTORY_PUBLISH_SECONDS",
    300,
    [1, 86_400],
    "of seconds ",
    "How often journal segments become Parquet.",
  ),
  keep_empty: yesNo("CALL_HISTORY_KEEP_EMPTY", true, "Whether a call without a word is kept, as abandoned."),
  session_timeout_minutes: whole(
    "CALL_SESSION_TIMEOUT_MINUTES",
    30,
    [1, 10_080],
    "of minutes ",
    "How long a live session may be silent before it is ended.",
  ),
  port: whole("PORT", 8787, [0, 65_535], "", "Port of the panel; 0 takes a free one."),
  host: {
    variable: "HOST",
    type: "string",
    default: "127.0.0.1",
    doc: "Address the panel listens on; any other than this machine's own needs CALL_HISTORY_PASSWORD.",
    read: (text) =>
      isIP(text) !== 0 || text === "localhost" ? { value: text } : { rule: "an IP address or localhost" },
  } as Setting<string>,
  password: {
    variable: "CALL_HISTORY_PASSWORD",
    type: "string",
    default: "",
    secret: true,
    doc: "Password of the panel and the API (HTTP Basic, any user name), at least 12 characters.",
    read: (text) => (text.length >= 12 ? { value: text } : { rule: "at least 12 characters long" }),
  } as Setting<string>,
  vapi_secret: secretOf(
    "CALL_HISTORY_VAPI_SECRET",
    "Secret of Vapi's server settings; its webhooks are taken when it is set.",
  ),
  retell_api_key: secretOf(
    "CALL_HISTORY_RETELL_API_KEY",
    "API key by which Retell signs; its webhooks are taken when it is set.",
  ),
  elevenlabs_secret: secretOf(
    "CALL_HISTORY_ELEVENLABS_SECRET",
    "Secret of ElevenLabs' webhook; it is taken when it is set.",
  ),
  report_secret: secretOf(
    "CALL_HISTORY_REPORT_SECRET",
    "Bearer's token of the devices that report; they are heard when it is set.",
  ),
  devices: {
    variable: "CALL_HISTORY_DEVICES",
    type: "string",
    default: "",
    doc: "JSON file of the devices that may report: MAC address to assistant_id and client_id.",
    read: (text) => (text.includes("\0") ? { rule: "the path of a file" } : { value: text }),
  } as Setting<string>,
  demo_calls: whole(
    "DEMO_CALLS",
    20_000,
    [0, 10_000_000],
    "of calls ",
    "Size of the demo history `npm start` makes; 0 makes none.",
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;
type ValueIn<S> = S extends Setting<infer T> ? T : never;
export type Config = { readonly [K in SettingName]: ValueIn<(typeof SETTINGS)[K]> };

/** A setting that cannot be used; the message is a sentence that names it and its value. */
export class ConfigError extends Error {}

/**
 * The settings out of an environment. An empty variable counts as unset.
 * @throws ConfigError with one sentence per bad value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const wrong: string[] = [];
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, setting]) => {
      const text = environment[setting.variable]?.trim();
      if (!text) return [name, setting.default];
      const read = setting.read(text);
      if ("value" in read) return [name, read.value];
      const shown = "secret" in setting ? "too short" : JSON.stringify(text);
      wrong.push(`${setting.variable} must be ${read.rule}; it is ${shown}.`);
      return [name, setting.default];
    }),
  ) as unknown as Config;
  if (!isLoopback(values.host) && !values.password) {
    wrong.push(
      `HOST is ${JSON.stringify(values.host)}, which other machines can reach: set CALL_HISTORY_PASSWORD, or leave HOST at 127.0.0.1.`,
    );
  }
  if (wrong.length > 0) throw new ConfigError(wrong.join("\n"));
  return values;
}

/** The retention rules that are set; undefined = those of the data folder count. */
export function rulesIn(config: Pick<Config, "retention_rules">): unknown {
  return config.retention_rules === "" ? undefined : JSON.parse(config.retention_rules);
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** The settings as a table for people: secrets are told as set or not set. */
export function describeConfig(config: Config): { variable: string; value: string; default: string; doc: string }[] {
  return (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const setting = SETTINGS[name];
    const secret = "secret" in setting;
    return {
      variable: setting.variable,
      value: secret ? (config[name] ? "set" : "not set") : String(config[name]),
      default: secret ? "not set" : String(setting.default),
      doc: setting.doc,
    };
  });
}
