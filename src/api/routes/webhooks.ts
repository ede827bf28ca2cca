/** POST /webhooks/:provider: what a provider tells of its calls; its signature is its authentication. */
import type { LiveTelling } from "../../engine-hook/adapters/provider-payload.ts";
import { bytesOf, jsonIn } from "../body.ts";
import { ApiError } from "../errors.ts";
import type { Intake } from "../ingest/intake.ts";
import { type Binding, bound } from "../ingest/ownership.ts";
import { bindingOf } from "../ingest/providers.ts";
import type { OpenRoutes } from "../parts.ts";

const CALL_ID_MAX = 500;

export const webhookRoutes: OpenRoutes = (api, { intake, providers, log }) => {
  const malformed = new Map<string, number>();
  api.post("/webhooks/:provider", async (c) => {
    const name = c.req.param("provider");
    const provider = providers.get(name);
    if (!provider) {
      const shown = JSON.stringify(name.slice(0, 40));
      throw new ApiError(
        404,
        "not_found",
        `This host takes no webhooks of ${shown}: no secret is set for it.`,
        "provider",
      );
    }
    if (!intake) throw new ApiError(503, "unavailable", "This host takes no records over HTTP.");
    const bytes = await bytesOf(c);
    if (!provider.verify((header) => c.req.header(header) ?? null, bytes, provider.secret, Date.now()))
      throw new ApiError(401, "unauthorized", `The signature is not ${name}'s, or is too old.`);
    const payload = jsonIn(bytes);
    const telling = provider.telling(payload);
    const live = telling ? null : provider.live(payload);
    if (!telling && !live) {
      const kind = provider.kind(payload);
      if (kind === null) return c.json({ ignored: true });
      const count = (malformed.get(`${name} ${kind}`) ?? 0) + 1;
      malformed.set(`${name} ${kind}`, count);
      const message = `This ${kind} of ${name} names no call, or no state of one: it was skipped.`;
      if (count === 1) log(`${message} (Told once; there may be more.)`);
      throw new ApiError(400, "bad_request", message);
    }
    if (((telling ?? live)?.call_id.length ?? 0) > CALL_ID_MAX)
      throw new ApiError(400, "bad_request", `The call's id has more than ${CALL_ID_MAX} characters.`);
    const binding = await bindingOf(provider.owner, payload);
    if (!binding) throw new ApiError(403, "forbidden", "The host knows nobody to whom this call belongs.");
    if (live) {
      await intake.alone(live, () => takeLive(intake, live, binding));
      return c.json({ durable: true });
    }
    if (!telling) return c.json({ ignored: true });
    const { start_time, ...told } = telling;
    const { id } = await intake.alone(telling, () => intake.tell(told, start_time, binding));
    return c.json({ id, durable: true });
  });
};

/** A call begins, goes on or is over; a word that comes after its record changes nothing. */
async function takeLive(intake: Intake, live: LiveTelling, binding: Binding): Promise<void> {
  const { source, call_id, at, state, columns } = live;
  let open = intake.openCall(live);
  if (!open) {
    const { record } = await intake.find(live, at);
    if (record || state === "over") return;
    open = intake.history.startCall({ ...columns, ...bound(binding), source, call_id, start_time: at });
  } else open.set({ ...columns, ...(state === "answered" ? { answer_time: at } : {}) });
  if (state === "over") await intake.inTime(open.end({ ...columns, end_time: at }));
  else await intake.flush();
}
