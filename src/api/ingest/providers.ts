/** The providers whose webhooks are understood: how they sign, and what their messages say. */
import { elevenLabsTelling } from "../../engine-hook/adapters/elevenlabs.ts";
import { type LiveTelling, type Telling, textAt } from "../../engine-hook/adapters/provider-payload.ts";
import { retellStatus, retellTelling } from "../../engine-hook/adapters/retell.ts";
import { vapiStatus, vapiTelling } from "../../engine-hook/adapters/vapi.ts";
import type { Binding } from "./ownership.ts";
import { type Verify, verifyElevenLabs, verifyRetell, verifyVapi } from "./signatures.ts";

/** Whose calls they are: fixed, or told by the message (null: nobody's; it is refused). */
export interface WebhookOwner {
  readonly client_id?: string | ((payload: unknown) => string | null | Promise<string | null>) | undefined;
  readonly assistant_id?: string | undefined;
}

/** Each provider is answered only with its secret set. */
export interface WebhookOptions {
  /** The secret of Vapi's server settings. */
  readonly vapi?: ({ readonly secret: string } & WebhookOwner) | undefined;
  /** The API key by which Retell signs. */
  readonly retell?: ({ readonly api_key: string } & WebhookOwner) | undefined;
  /** The webhook's secret. */
  readonly elevenlabs?: ({ readonly secret: string } & WebhookOwner) | undefined;
}

export interface Provider {
  readonly verify: Verify;
  readonly telling: (payload: unknown) => Telling | null;
  readonly live: (payload: unknown) => LiveTelling | null;
  /** The kind of a message that tells of a call; null for one that does not, such as a request for an answer. */
  readonly kind: (payload: unknown) => string | null;
  readonly secret: string;
  readonly owner: WebhookOwner;
}

const TELLING = new Set([
  ...["end-of-call-report", "status-update", "call_started", "call_ended", "call_analyzed"],
  ...["post_call_transcription", "call_initiation_failure"],
]);

/** The kind at that place of the message, if it is one that tells of a call. */
function kindAt(...path: readonly string[]): Provider["kind"] {
  return (payload) => {
    const kind = textAt(payload, ...path);
    return kind !== null && TELLING.has(kind) ? kind : null;
  };
}

/** By the name in the path. Throws RangeError for an empty secret, which anybody would know. */
export function providersOf(options: WebhookOptions): ReadonlyMap<string, Provider> {
  const providers = new Map<string, Provider>();
  const { vapi, retell, elevenlabs } = options;
  if (vapi)
    providers.set("vapi", {
      verify: verifyVapi,
      telling: vapiTelling,
      live: vapiStatus,
      kind: kindAt("message", "type"),
      secret: vapi.secret,
      owner: vapi,
    });
  if (retell)
    providers.set("retell", {
      verify: verifyRetell,
      telling: retellTelling,
      live: retellStatus,
      kind: kindAt("event"),
      secret: retell.api_key,
      owner: retell,
    });
  if (elevenlabs)
    providers.set("elevenlabs", {
      verify: verifyElevenLabs,
      telling: elevenLabsTelling,
      live: () => null,
      kind: kindAt("type"),
      secret: elevenlabs.secret,
      owner: elevenlabs,
    });
  for (const [name, { secret }] of providers) {
    if (typeof secret !== "string" || secret.trim() === "")
      throw new RangeError(`webhooks.${name} needs a secret that is not empty.`);
  }
  return providers;
}

/** Whose the call of this message is; null if nobody's. */
export async function bindingOf({ client_id, assistant_id }: WebhookOwner, payload: unknown): Promise<Binding | null> {
  const tenant = typeof client_id === "function" ? await client_id(payload) : client_id;
  if (tenant === null) return null;
  return { client_id: tenant, assistant_id };
}
