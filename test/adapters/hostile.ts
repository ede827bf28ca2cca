/** Values that no engine should send, and events that were changed in one place. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";

const circle: { [name: string]: unknown } = { name: "circle" };
circle["self"] = circle;
const refuses = () => {
  throw new Error("refused");
};

const gone = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};

/** Circles, getters that throw, proxies that refuse everything, and other things that are no event. */
export const hostileValues: readonly unknown[] = [
  undefined,
  null,
  0,
  Number.NaN,
  10n ** 40n,
  "",
  "\ud800",
  Symbol("s"),
  () => 1,
  [],
  [null, [[]]],
  circle,
  Object.defineProperty({}, "type", { get: refuses, enumerable: true }),
  new Proxy({}, { get: refuses, ownKeys: refuses, has: refuses, getPrototypeOf: refuses }),
  new Proxy([], { get: refuses }),
  gone(),
  Object.create(Date.prototype),
  new Proxy(new Map(), {}),
  Object.create(Set.prototype),
  { type: circle },
  { type: "__proto__" },
  { type: "constructor", constructor: refuses },
  Object.create(null),
  new Error("an error"),
  Buffer.from("bytes"),
];

/**
 * One of the events, with a member somewhere in it replaced or taken away, made when it is called: fast-check would look
 * into the value itself when a property fails, which some of these refuse, and then nobody hears what failed.
 */
export function mutated(events: readonly unknown[]): fc.Arbitrary<() => unknown> {
  return fc
    .record({ index: fc.nat(events.length - 1), at: fc.nat(9999), odd: fc.nat(hostileValues.length) })
    .map(({ index, at, odd }) => {
      const make = () => {
        const copy = structuredClone(events[index]);
        const value = odd < hostileValues.length ? hostileValues[odd] : "item_2";
        const places: [Record<string, unknown>, string][] = [];
        collect(copy, places);
        const [object, name] = places[at % Math.max(1, places.length)] ?? [];
        // One in ten stays as it is.
        if (object && name !== undefined && at < 9000) object[name] = value;
        return copy;
      };
      return Object.assign(make, { [fc.toStringMethod]: () => `event ${index}, member ${at}, value ${odd}` });
    });
}

function collect(value: unknown, places: [Record<string, unknown>, string][]): void {
  if (typeof value !== "object" || value === null) return;
  const object = value as Record<string, unknown>;
  for (const name of Object.keys(object)) {
    if (name !== "server" && name !== "client" && name !== "event" && name !== "payload") places.push([object, name]);
    collect(object[name], places);
  }
}

/** Bytes of the heap after a collection. */
export function heapAfter(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
