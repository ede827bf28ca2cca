/** How the devices of a fleet report what was said: whose they are, and by which secret they come. */

/** Whose a device is. */
export interface Device {
  readonly assistant_id: string | null;
  readonly client_id?: string | null | undefined;
}

/** What was recorded of one message. */
export interface AudioClip {
  /** MAC address in lower case with colons. */
  readonly mac: string;
  readonly session_id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface ReportOptions {
  /** What devices send as their bearer's token. */
  readonly secret: string;
  /** The device of a MAC address (lower case, colons); null for one that is not of the fleet. */
  readonly device: (mac: string) => Device | null | Promise<Device | null>;
  /** Keeps audio and gives its address for the record. Without it audio is not kept. */
  readonly keepAudio?: ((clip: AudioClip) => Promise<string | null>) | undefined;
}

/** Throws RangeError for a secret that anybody would know. */
export function reportOptions(options: ReportOptions): ReportOptions {
  if (typeof options.secret !== "string" || options.secret.trim() === "")
    throw new RangeError("report.secret must be a text that is not empty.");
  return options;
}
