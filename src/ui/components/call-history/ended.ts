/** When a call ends, by the live feed: the list then looks for new rows at once instead of at its next turn. */
import type { Server } from "../../data.ts";
import { followCalls, liveFilter } from "../../live-data.ts";

export interface Following {
  readonly server: Server;
  /** As the server is to read it. */
  readonly filter: URLSearchParams;
  readonly signal: AbortSignal;
  /** A call has ended, or the connection is back: one may have ended meanwhile. */
  readonly ended: () => void;
}

/** Two filters of the same feed are the same here. */
export function feedOf(server: Server, filter: URLSearchParams): string {
  return JSON.stringify([server, liveFilter(filter)]);
}

/** Resolves when there is nothing to follow: the signal was raised, or the server has no feed for this person. */
export async function followEnded({ server, filter, signal, ended }: Following): Promise<void> {
  try {
    for await (const event of followCalls(server, filter, { signal })) {
      if (event.type === "ended" || event.type === "snapshot") ended();
    }
  } catch {
    // Without the feed the list looks by itself.
  }
}
