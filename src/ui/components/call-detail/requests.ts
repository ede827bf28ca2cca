/** What one call's page asks beside the record itself: files, labels, deletion, the live call, the percentiles of all calls. */
import type { CallTranscript, LiveTranscript, TranscriptFormat } from "../../../api/contract.ts";
import { getStats, labelCalls, removeCall } from "../../../client/calls.ts";
import { exportCall } from "../../../client/files.ts";
import { followLive, getActiveTranscript } from "../../../client/live.ts";
import { ask, send } from "../../../client/request.ts";
import { answerOf, type Server } from "../../data.ts";

/** One call as a file. It goes through memory, since a link could not carry the host's headers. */
export function readFileOf(server: Server, id: string, format: TranscriptFormat, tz: string, signal: AbortSignal) {
  const read = async () => {
    const { filename, type, body } = await exportCall(server, id, { format, tz }, signal);
    return { filename, blob: await new Response(body, { headers: { "content-type": type } }).blob() };
  };
  return answerOf(read(), signal);
}

export function changeLabels(
  server: Server,
  id: string,
  change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  signal: AbortSignal,
) {
  return answerOf(labelCalls(server, [id], change, signal), signal);
}

export function eraseCall(server: Server, id: string, signal: AbortSignal) {
  return answerOf(removeCall(server, id, signal), signal);
}

/** Latency of the turns of all calls of all time that the asker may see. */
export function readAllLatency(server: Server, signal: AbortSignal) {
  const read = async () => (await getStats(server, new URLSearchParams(), {}, signal)).latency;
  return answerOf(read(), signal);
}

/** Where the words of a search stand in a call, by the rules of the search itself. */
export function readHits(server: Server, id: string, q: string, signal: AbortSignal) {
  const asking = ask<CallTranscript>(server, `/${encodeURIComponent(id)}/transcript`, { query: { q }, signal });
  return answerOf(
    asking.then(({ hits }) => hits ?? []),
    signal,
  );
}

/** What happens in one running call, by our id: lost connections come back. `connection` hears whether there is one. */
export function followCall(server: Server, id: string, signal: AbortSignal, connection: (open: boolean) => void) {
  return followLive(server, { id }, { signal, onConnection: (state) => connection(state === "open") });
}

/** What was said so far in a running call. */
export function readLiveTranscript(server: Server, id: string, signal: AbortSignal) {
  return answerOf<LiveTranscript>(getActiveTranscript(server, id, signal), signal);
}

/** The bytes of a recording, without the host's headers, which are none of its server's business; null past `bytesMax`. */
export async function readAudio(url: string, bytesMax: number, signal: AbortSignal): Promise<ArrayBuffer | null> {
  const response = await send({ api: url }, "", { headers: { accept: "audio/*" }, signal });
  if (Number(response.headers.get("content-length") ?? bytesMax + 1) > bytesMax) {
    await response.body?.cancel();
    return null;
  }
  return response.arrayBuffer();
}
