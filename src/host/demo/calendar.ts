/** When the demo's calls begin: working days are busier than weekends, mornings and afternoons busier than nights. */
import { Chance } from "./random.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Weight of each hour of a UTC day; the tenants sit in several zones, so no hour is quite empty. */
const HOURS = [7, 6, 5, 5, 6, 9, 16, 26, 38, 46, 50, 48, 44, 49, 58, 62, 60, 54, 46, 38, 30, 22, 15, 10];
/** From Sunday to Saturday. */
const WEEKDAYS = [0.45, 1.15, 1.1, 1.05, 1.05, 1, 0.6];

export interface DemoDay {
  /** Midnight UTC, ms. */
  readonly start: number;
  readonly calls: number;
}

/** Shares `calls` out over the `days` UTC days that end with the day of `until` (ms), which may be a part of a day. */
export function shareOut(calls: number, days: number, until: number, seed: string): DemoDay[] {
  const today = Math.floor(until / DAY_MS) * DAY_MS;
  const weights = Array.from({ length: days }, (_, index) => {
    const start = today - (days - 1 - index) * DAY_MS;
    const growth = 0.85 + (0.3 * index) / days;
    const mood = 0.92 + 0.16 * new Chance(`${seed} mood ${start}`).next();
    return { start, weight: growth * mood * (WEEKDAYS[new Date(start).getUTCDay()] ?? 1) * dayPart(until - start) };
  });
  const whole = weights.reduce((sum, day) => sum + day.weight, 0) || 1;
  // Running totals are rounded, not the days, so that the sum is exactly `calls`.
  let sum = 0;
  let given = 0;
  return weights.map(({ start, weight }) => {
    sum += weight;
    const next = Math.round((calls * sum) / whole);
    const share = next - given;
    given = next;
    return { start, calls: share };
  });
}

/** The part of a day's calls that fall into its first `ms`. */
function dayPart(ms: number): number {
  const all = HOURS.reduce((sum, weight) => sum + weight, 0);
  const before = HOURS.reduce((sum, weight, hour) => sum + weight * Math.min(1, Math.max(0, ms / HOUR_MS - hour)), 0);
  return before / all;
}

/** Start times (ms, ascending) of a day's calls, none later than `until`. */
export function startTimes(day: DemoDay, until: number, chance: Chance): number[] {
  const open = HOURS.map(
    (weight, hour) => [hour, weight * Math.min(1, Math.max(0, (until - day.start) / HOUR_MS - hour))] as const,
  );
  return Array.from({ length: day.calls }, () => {
    const hour = chance.weighted(open);
    const room = Math.min(HOUR_MS, until - day.start - hour * HOUR_MS);
    return day.start + hour * HOUR_MS + Math.floor(chance.next() * Math.max(0, room));
  }).sort((a, b) => a - b);
}
