/** The recordings a report of Vapi names, by channel. */
import { addressAt, recordingOf } from "./provider-payload.ts";

const PLACES: readonly (readonly [channel: string, ...path: string[]])[] = [
  ["mono", "artifact", "recording", "mono", "combinedUrl"],
  ["assistant", "artifact", "recording", "mono", "assistantUrl"],
  ["customer", "artifact", "recording", "mono", "customerUrl"],
  ["stereo", "artifact", "recording", "stereoUrl"],
  ["mono", "artifact", "recordingUrl"],
  ["stereo", "artifact", "stereoRecordingUrl"],
  ["mono", "recordingUrl"],
  ["stereo", "stereoRecordingUrl"],
];

/** Each address once. */
export function vapiRecordings(message: unknown) {
  const channels = new Map<string, string>();
  for (const [channel, ...path] of PLACES) {
    const url = addressAt(message, ...path);
    if (url !== null && !channels.has(url)) channels.set(url, channel);
  }
  return [...channels].map(([url, channel]) => recordingOf(url, channel)).filter((recording) => recording !== null);
}
