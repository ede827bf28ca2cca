/** Whether a webhook is its provider's: each signs in a way of its own, over the body's bytes as they came. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** One header of the request; null where there is none. */
export type Header = (name: string) => string | null;
export type Verify = (header: Header, body: Uint8Array, secret: string, now: number) => boolean;

const RETELL_TOLERANCE_MS = 5 * 60_000;
const TOLERANCE_MS = 30 * 60_000;

/** Compares hashes: neither the length nor the content shows in the time it takes. */
export function sameSecret(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

function hmac(secret: string, ...parts: readonly (string | Uint8Array)[]): string {
  const mac = createHmac("sha256", secret);
  for (const part of parts) mac.update(part);
  return mac.digest("hex");
}

/**
 * Vapi sends what its server settings say: the secret itself (X-Vapi-Secret, or as a bearer's token), or an HMAC-SHA256 in
 * hex of the body, or of `timestamp.body`, in X-Vapi-Signature or X-Signature, perhaps after "sha256=".
 */
export const verifyVapi: Verify = (header, body, secret, now) => {
  const plain = header("x-vapi-secret") ?? /^bearer (.+)$/i.exec(header("authorization") ?? "")?.[1];
  if (plain) return sameSecret(plain, secret);
  const signed = header("x-vapi-signature") ?? header("x-signature");
  if (!signed) return false;
  const digest = signed.replace(/^sha256=/i, "").toLowerCase();
  const timestamp = header("x-vapi-timestamp") ?? header("x-timestamp");
  if (timestamp === null) return sameSecret(digest, hmac(secret, body)) || sameSecret(signed, secret);
  return isNear(msOf(timestamp), now, TOLERANCE_MS) && sameSecret(digest, hmac(secret, `${timestamp}.`, body));
};

/** x-retell-signature: `v=<epoch ms>,d=<hex>`, the HMAC-SHA256 by the API key of the body followed by the time. */
export const verifyRetell: Verify = (header, body, secret, now) => {
  const parts = /^v=(\d{1,15}),d=([0-9a-f]{64})$/i.exec(header("x-retell-signature") ?? "");
  const [, time = "", digest = ""] = parts ?? [];
  if (!parts || !isNear(Number(time), now, RETELL_TOLERANCE_MS)) return false;
  return sameSecret(digest.toLowerCase(), hmac(secret, body, time));
};

/** ElevenLabs-Signature: `t=<epoch s>,v0=<hex>`, the HMAC-SHA256 of `t.body`. */
export const verifyElevenLabs: Verify = (header, body, secret, now) => {
  const parts = (header("elevenlabs-signature") ?? "").split(",").map((part) => part.trim());
  const time = parts.find((part) => /^t=\d{1,12}$/.test(part))?.slice(2);
  const digests = parts.filter((part) => part.startsWith("v0=")).map((part) => part.slice(3).toLowerCase());
  if (time === undefined || !isNear(Number(time) * 1000, now, TOLERANCE_MS)) return false;
  const wanted = hmac(secret, `${time}.`, body);
  return digests.slice(0, 4).some((digest) => sameSecret(digest, wanted));
};

/** A time in seconds or in ms: which one, its size tells. */
function msOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) return Number.NaN;
  const number = Number(text);
  return number < 1e11 ? number * 1000 : number;
}

function isNear(ms: number, now: number, toleranceMs: number): boolean {
  return Math.abs(now - ms) <= toleranceMs;
}
