/** Who may talk to the stand-alone panel: this machine under its own name, or whoever knows the password. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { type Config, isLoopback } from "./config.ts";
import { isOwnDoor } from "./ingest-options.ts";
import type { PluginManifest } from "./package-root.ts";

/**
 * Refuses requests without the password, if one is set; without one, requests under a foreign host name: a page
 * elsewhere could point its own name at 127.0.0.1 and read the calls (DNS rebinding).
 */
export function guard(config: Config, mount = "/api/calls"): MiddlewareHandler {
  return async (c, next) => {
    // Providers and devices come with secrets of their own, under whatever name they reach us.
    if (c.req.method === "POST" && isOwnDoor(c.req.path, mount)) return next();
    if (config.password) {
      if (!knowsPassword(c.req.header("authorization"), config.password)) {
        return c.text("The password is needed (CALL_HISTORY_PASSWORD).", 401, {
          "www-authenticate": 'Basic realm="Call Lake", charset="UTF-8"',
        });
      }
    } else if (!isLoopback(hostName(c.req.header("host")))) {
      return c.text(
        "This panel answers on this machine's own address only; set HOST and CALL_HISTORY_PASSWORD for others.",
        403,
      );
    }
    // A form on another site can send the password along without asking: only our own pages may change something.
    const site = c.req.header("sec-fetch-site");
    if (site && !["same-origin", "none"].includes(site) && !["GET", "HEAD"].includes(c.req.method)) {
      return c.text("Requests from other sites may not change anything here.", 403);
    }
    return next();
  };
}

/** The headers of every answer: what the manifest asks for, and nothing more. */
export function securityHeaders(manifest: PluginManifest): MiddlewareHandler {
  const policy = Object.entries(manifest.csp)
    .map(([directive, sources]) => [directive, ...sources].join(" "))
    .join("; ");
  return async (c, next) => {
    await next();
    c.header(
      "content-security-policy",
      `${policy}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cross-origin-resource-policy", "same-origin");
  };
}

function hostName(header: string | undefined): string {
  return (header ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

function knowsPassword(header: string | undefined, password: string): boolean {
  const [scheme, value = ""] = (header ?? "").split(" ");
  if (scheme?.toLowerCase() === "bearer") return same(value, password);
  if (scheme?.toLowerCase() !== "basic") return false;
  const text = Buffer.from(value, "base64").toString("utf8");
  return same(text.slice(text.indexOf(":") + 1), password);
}

/** Compares hashes, so that neither length nor content shows in the time it takes. */
function same(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
