/** One machine for each history and Asterisk, so that two sockets telling of the same calls tell of them once. */

import { AriCalls, type AriOptions } from "./ari-calls.ts";
import type { Sink } from "./call-book.ts";

const machines = new WeakMap<Sink, Map<string, AriCalls>>();

export interface SharedOptions extends AriOptions {
  /** Tells several Asterisks apart that one process listens to; "" by default. The first one's other options count. */
  server?: string;
}

/** The machine of that history and Asterisk. */
export function callsOf(history: Sink, options: SharedOptions): AriCalls {
  const ofHistory = machines.get(history) ?? new Map<string, AriCalls>();
  machines.set(history, ofHistory);
  const server = options.server ?? "";
  const calls = ofHistory.get(server) ?? new AriCalls(history, options);
  ofHistory.set(server, calls);
  return calls;
}
