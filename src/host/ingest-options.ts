/** What of the settings concerns those who tell of calls over HTTP: their secrets, and the doors they come by. */
import type { ReportOptions, WebhookOptions } from "../api/index.ts";
import type { Config } from "./config.ts";
import { readDevices } from "./devices.ts";

/** Where the firmware of a device fleet reports to. */
export const FLEET_PATH = "/agent/chat-history/report";

export function webhooksOf({ vapi_secret, retell_api_key, elevenlabs_secret }: Config): WebhookOptions {
  return {
    ...(vapi_secret ? { vapi: { secret: vapi_secret } } : {}),
    ...(retell_api_key ? { retell: { api_key: retell_api_key } } : {}),
    ...(elevenlabs_secret ? { elevenlabs: { secret: elevenlabs_secret } } : {}),
  };
}

/** Undefined where no device may report. Throws ConfigError for a bad file of devices. */
export function reportOf({ report_secret, devices }: Config): ReportOptions | undefined {
  return report_secret ? { secret: report_secret, device: readDevices(devices) } : undefined;
}

/** Paths with a secret of their own: the panel's password is not asked there. */
export function isOwnDoor(path: string, mount: string): boolean {
  return path.startsWith(`${mount}/webhooks/`) || path === `${mount}/report` || path === FLEET_PATH;
}
