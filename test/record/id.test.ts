/** The id: deterministic, a real UUIDv7, and the day can be read off it. */
import { describe, expect, it } from "vitest";
import { callIdentity, dayOf, dayOfTime, isCallIdentity, isDay, startTimeOf } from "../../src/record/index.ts";

const start = Date.parse("2026-11-20T23:59:59.999Z");

describe("callIdentity", () => {
  it("is the same for the same call and another for any other", () => {
    const id = callIdentity("asterisk", "1700000000.1", start);
    expect(callIdentity("asterisk", "1700000000.1", start)).toBe(id);
    expect(callIdentity("asterisk", "1700000000.2", start)).not.toBe(id);
    expect(callIdentity("livekit", "1700000000.1", start)).not.toBe(id);
    expect(callIdentity("asterisk", "1700000000.1", start + 1)).not.toBe(id);
  });

  it("separates source from call_id", () => {
    expect(callIdentity("a", "bc", start)).not.toBe(callIdentity("ab", "c", start));
  });

  it("is a UUIDv7 that carries its time", () => {
    for (let i = 0; i < 2000; i++) {
      const time = start + i * 7919;
      const id = callIdentity("test", `call ${i}`, time);
      expect(isCallIdentity(id)).toBe(true);
      expect(startTimeOf(id)).toBe(time);
      expect(dayOf(id)).toBe(new Date(time).toISOString().slice(0, 10));
    }
  });

  it("sorts by time as text", () => {
    const ids = [0, 1, 1000, 86_400_000].map((ms) => callIdentity("test", "x", start + ms));
    expect([...ids].sort()).toEqual(ids);
  });

  it("stays an id for times no clock shows", () => {
    for (const time of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, 0.5]) {
      expect(isCallIdentity(callIdentity("test", "x", time))).toBe(true);
    }
  });

  it("keeps thousands of calls of one millisecond apart", () => {
    const ids = new Set(Array.from({ length: 20_000 }, (_, i) => callIdentity("test", `${i}`, start)));
    expect(ids.size).toBe(20_000);
  });
});

describe("days", () => {
  it("refuses what is not an id", () => {
    expect(() => dayOf("../../etc/passwd")).toThrow(/UUIDv7/);
    expect(isCallIdentity("01932f4e-0000-4000-8000-000000000000")).toBe(false);
  });

  it("knows a real day from one that only looks like it", () => {
    expect(isDay("2026-02-28")).toBe(true);
    expect(isDay("2026-02-30")).toBe(false);
    expect(isDay("2026-2-3")).toBe(false);
    expect(dayOfTime(start)).toBe("2026-11-20");
  });
});
