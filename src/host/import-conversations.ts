/** Plays recorded conversations through the hook, as calls: message by message, tool by tool, then the end. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { type CallHistory, openCallHistory, type Receipt } from "../engine-hook/index.ts";
import { type Conversation, clockOf, numberOf, readConversation, type ToolUse, textOf } from "./conversation.ts";

/** Calls whose end waits for the disk at once: group commit makes many cost little more than one. */
const IN_FLIGHT_MAX = 256;
/** An import is published at once: larger segments mean fewer small files. */
const SEGMENT_BYTES = 64 * 1024 * 1024;
const PROBLEMS_MAX = 20;

export interface ImportReport {
  /** Conversations in the files. */
  read: number;
  /** Calls that are durable in the journal. */
  durable: number;
  messages: number;
  tool_calls: number;
  /** Lines that are no conversation, and calls that could not be written: the first of each, as sentences. */
  problems: string[];
  failed: number;
}

export interface ImportOptions {
  readonly dir: string;
  readonly files: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (durable: number) => void;
}

/**
 * Imports the files (NDJSON, or the same compressed by gzip). The same conversation has the same id in every run, so a
 * second import changes nothing. Throws if a file cannot be read.
 */
export async function importConversations({ dir, files, signal, onProgress }: ImportOptions): Promise<ImportReport> {
  const report: ImportReport = { read: 0, durable: 0, messages: 0, tool_calls: 0, problems: [], failed: 0 };
  const fail = (problem: string) => {
    report.failed += 1;
    if (report.problems.length < PROBLEMS_MAX) report.problems.push(problem);
  };
  const history = await openCallHistory({ dir, segment_bytes_max: SEGMENT_BYTES });
  const inFlight = new Set<Promise<void>>();
  try {
    for (const file of files) {
      let number = 0;
      for await (const line of linesOf(file)) {
        signal?.throwIfAborted();
        number += 1;
        if (line.trim() === "") continue;
        let conversation: Conversation;
        try {
          conversation = readConversation(line);
        } catch (error) {
          fail(`${file}:${number}: ${error instanceof Error ? error.message : String(error)}`);
          continue;
        }
        report.read += 1;
        report.messages += conversation.messages.length;
        report.tool_calls += conversation.tool_calls.length;
        const ended = play(history, conversation).then(({ durable, reason }) => {
          if (!durable) return fail(`${conversation.source_id}: ${reason ?? "not written"}`);
          report.durable += 1;
          onProgress?.(report.durable);
        });
        inFlight.add(ended);
        ended.finally(() => inFlight.delete(ended));
        if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight);
      }
    }
    await Promise.all(inFlight);
  } finally {
    await history.close();
  }
  return report;
}

/** Plays one conversation; resolves when its record is durable. */
function play(history: CallHistory, conversation: Conversation): Promise<Receipt> {
  const { source, source_id, language, messages, tool_calls, meta } = conversation;
  const { start, end, offsets } = clockOf(conversation);
  const model = textOf(meta["agent_model"]);
  const cost = numberOf(meta["agent_cost_usd"]);
  const call = history.startCall({
    source: `import:${source}`,
    call_id: source_id,
    start_time: start,
    language,
    context_name: contextOf(meta),
    pipeline_components: model === null ? null : { llm: model },
    metadata: meta,
    // The import has no clock of its own: the same record each time.
    created_at: end,
  });
  const tools = [...tool_calls];
  const toolsUpTo = (message: number, offset: number) => {
    for (let tool = tools[0]; tool && tool.after_message <= message; tool = tools[0]) {
      tools.shift();
      call.addToolCall({ ...toolOf(tool), at: start + (tool.offset_ms ?? offset) });
    }
  };
  tools.sort((a, b) => a.after_message - b.after_message);
  toolsUpTo(-1, 0);
  messages.forEach(({ role, content }, index) => {
    const offset = offsets[index] ?? 0;
    call.addMessage({ role, content, at: start + offset });
    toolsUpTo(index, offset);
  });
  toolsUpTo(Number.POSITIVE_INFINITY, end - start);
  return call.end({
    end_time: end,
    ended_reason: textOf(meta["termination_reason"]) ?? textOf(meta["completion"]),
    ...(cost === null ? {} : { cost_total: cost, currency: "USD" }),
  });
}

function toolOf({ name, params, result, success, duration_ms }: ToolUse) {
  const status = success === null ? null : success ? "ok" : "error";
  return { name, params, result, status, duration_ms: duration_ms === null ? null : Math.round(duration_ms) };
}

/** What the conversation was about, by the name its source gives to that. */
function contextOf(meta: Conversation["meta"]): string | null {
  const domains = meta["domains"];
  return (
    textOf(meta["domain"]) ??
    textOf(meta["vertical"]) ??
    (Array.isArray(domains) ? textOf(domains[0]) : null) ??
    textOf(meta["type"])
  );
}

async function* linesOf(file: string): AsyncIterable<string> {
  const bytes = createReadStream(file);
  const input = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  // An error of the file must end the loop over the unzipped text as well.
  if (input !== bytes) bytes.on("error", (error) => input.destroy(error));
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}
