/** Listens to an engine's object, EventEmitter or EventTarget, and stops without a trace. */

/**
 * An EventEmitter, or an EventTarget such as a WebSocket. The parameters say nothing, so that emitters with typed events
 * (an AgentSession, a client of a package) fit without a cast.
 */
export type EventSource =
  | { on(...parameters: never[]): unknown }
  | { addEventListener(...parameters: never[]): unknown };

type Listener = (...values: unknown[]) => void;
interface Loose {
  on?: (event: string, listener: Listener) => unknown;
  off?: (event: string, listener: Listener) => unknown;
  removeListener?: (event: string, listener: Listener) => unknown;
  addEventListener?: (event: string, listener: Listener) => unknown;
  removeEventListener?: (event: string, listener: Listener) => unknown;
}

/** Whether a value can be listened to. */
export function isEventSource(source: unknown): source is EventSource {
  try {
    const { on, addEventListener } = (source ?? {}) as Loose;
    return typeof on === "function" || typeof addEventListener === "function";
  } catch {
    return false;
  }
}

/**
 * Adds the listeners by name; gives back what takes them away. Name `error` only where its words are needed: an emitter
 * without a listener for it throws, and with one it does not. The source's own refusals are left aside.
 */
export function listen(source: EventSource, listeners: Readonly<Record<string, Listener>>): () => void {
  const loose = source as Loose;
  const emitter = typeof loose.on === "function";
  const added: [string, Listener][] = [];
  for (const [event, listener] of Object.entries(listeners)) {
    try {
      if (emitter) loose.on?.(event, listener);
      else loose.addEventListener?.(event, listener);
      added.push([event, listener]);
    } catch {
      // A source that knows only some events (a typed emitter, a proxy) is listened to for those.
    }
  }
  return () => {
    for (const [event, listener] of added.splice(0)) {
      try {
        if (!emitter) loose.removeEventListener?.(event, listener);
        else if (typeof loose.off === "function") loose.off(event, listener);
        else loose.removeListener?.(event, listener);
      } catch {
        // Nothing is left to be done about a source that cannot let go.
      }
    }
  };
}
