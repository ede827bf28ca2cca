/** The devices a stand-alone host knows: a JSON file of MAC addresses, each with its assistant and tenant. */
import { readFileSync } from "node:fs";
import type { Device } from "../api/index.ts";
import { ConfigError } from "./config.ts";

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** Gives the device of a MAC address, or null. Throws ConfigError for a file that is none. "" knows no device. */
export function readDevices(path: string): (mac: string) => Device | null {
  if (path === "") return () => null;
  const wrong = (why: string) => new ConfigError(`CALL_HISTORY_DEVICES names ${JSON.stringify(path)}, ${why}.`);
  let file: unknown;
  try {
    file = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw wrong(`which cannot be read as JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof file !== "object" || file === null || Array.isArray(file)) throw wrong("which holds no object");
  const devices = new Map<string, Device>();
  for (const [name, value] of Object.entries(file)) {
    const mac = name.toLowerCase();
    const { assistant_id = null, client_id = null } = (value ?? {}) as { assistant_id?: unknown; client_id?: unknown };
    const isText = (given: unknown) => given === null || (typeof given === "string" && given !== "");
    if (!MAC.test(mac)) throw wrong(`whose ${JSON.stringify(name)} is no MAC address such as 68:25:dd:00:01:01`);
    if (!isText(assistant_id) || !isText(client_id))
      throw wrong(`where ${name} needs assistant_id and client_id as texts`);
    devices.set(mac, { assistant_id: assistant_id as string | null, client_id: client_id as string | null });
  }
  return (mac) => devices.get(mac) ?? null;
}
