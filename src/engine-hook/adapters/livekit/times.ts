/** LiveKit's points in time and latencies: epoch ms or seconds by where they stand, latencies in seconds. */
import { numberIn } from "../engine-event.ts";

/** Below this a number of ms would lie before 1973: it counts seconds. */
const SECONDS_BELOW = 1e11;
const MS_MAX = 253402300799999;

/** Epoch ms of the first member that is a time: events in memory count ms, the report's items seconds. */
export function timeIn(object: unknown, ...names: readonly string[]): number | null {
  const value = numberIn(object, ...names);
  if (value === null || value <= 0) return null;
  const ms = Math.round(value < SECONDS_BELOW ? value * 1000 : value);
  return ms <= MS_MAX ? ms : null;
}

/** A latency in ms, from seconds. What cannot be (-1 stands for "none") is passed on as it is: the hook flags it. */
export function latencyIn(metrics: unknown, camel: string, snake: string): number | null {
  const seconds = numberIn(metrics, camel, snake);
  return seconds === null ? null : Math.round(seconds * 1000);
}

/** Whether a message says that its speech ended before it began. */
export function isBackwards(metrics: unknown): boolean {
  const started = numberIn(metrics, "startedSpeakingAt", "started_speaking_at");
  const stopped = numberIn(metrics, "stoppedSpeakingAt", "stopped_speaking_at");
  return started !== null && stopped !== null && stopped < started;
}
