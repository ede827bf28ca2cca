/** The tools a Realtime session calls: functions that the engine runs, and tools of MCP servers that OpenAI runs. */
import type { ToolCallInput } from "../../inputs.ts";
import { isObject, jsonOf, memberIn, textIn, toldError } from "../engine-event.ts";

interface OpenCall {
  readonly itemId: string;
  callId: string | null;
  name: string | null;
  args: unknown;
  /** Epoch ms at which the arguments were complete. */
  at: number | null;
  /** Epoch ms at which an MCP server was done, and whether it failed. */
  endedAt: number | null;
  failed: boolean;
}

const KNOWN_MAX = 1000;

export class RealtimeTools {
  readonly #tell: (tool: ToolCallInput) => void;
  readonly #open = new Map<string, OpenCall>();
  readonly #told = new Set<string>();
  #busyUntil = 0;
  /** Milliseconds in which at least one tool ran, since this was last set to 0. */
  busyMs = 0;

  constructor(tell: (tool: ToolCallInput) => void) {
    this.#tell = tell;
  }

  /** A call is being written down by the model; `item` is of type function_call or mcp_call. */
  begin(itemId: string, item: unknown): void {
    const call = this.#call(itemId);
    if (!call) return;
    call.name ??= textIn(item, "name");
    call.callId ??= textIn(item, "call_id");
  }

  /** The arguments are complete: the tool is called now. */
  called(itemId: string, event: unknown, at: number): void {
    this.begin(itemId, event);
    const call = this.#open.get(itemId);
    if (!call) return;
    call.args ??= jsonOf(memberIn(event, "arguments"));
    call.at ??= at;
  }

  /** A function's answer, by the call's id, from the client or as the server's echo of it. */
  answered(callId: string, output: unknown, at: number): void {
    for (const call of this.#open.values()) {
      if (call.callId !== callId || call.at === null) continue;
      const result = jsonOf(output);
      const error = toldError(result);
      this.#finish(call, { result, error, status: error === null ? "ok" : "error" }, at);
      return;
    }
  }

  /** An MCP server began to work. */
  mcpStarted(itemId: string, at: number): void {
    const call = this.#call(itemId);
    if (call) call.at = at;
  }

  /** An MCP server is done; its answer comes with the item. */
  mcpEnded(itemId: string, failed: boolean, at: number): void {
    const call = this.#call(itemId);
    if (!call) return;
    call.endedAt ??= at;
    call.failed ||= failed;
  }

  /** The finished item of an MCP call, with its output or error. */
  mcpDone(itemId: string, item: unknown, at: number): void {
    this.called(itemId, item, at);
    const call = this.#open.get(itemId);
    if (!call) return;
    const error = memberIn(item, "error");
    const told = isObject(error) ? (textIn(error, "message") ?? textIn(error, "type")) : textIn(item, "error");
    const failed = call.failed || error !== null;
    const result = jsonOf(memberIn(item, "output"));
    this.#finish(call, { result, error: told, status: failed ? "error" : "ok" }, call.endedAt ?? at);
  }

  /** The response ended without the whole of its call: it never happened. */
  drop(itemId: string): void {
    if (this.#open.get(itemId)?.at === null) this.#open.delete(itemId);
  }

  /** Tells the calls that got no answer, as far as they are known. */
  flush(): void {
    for (const call of [...this.#open.values()]) {
      if (call.at === null && call.endedAt === null) continue;
      const ended = call.endedAt;
      if (ended !== null) this.#finish(call, { status: call.failed ? "error" : "ok" }, ended);
      else this.#finish(call, {}, null);
    }
    this.#open.clear();
  }

  /** The call of that item; null once it was told. */
  #call(itemId: string): OpenCall | null {
    if (this.#told.has(itemId)) return null;
    const known = this.#open.get(itemId);
    if (known) return known;
    if (this.#open.size >= KNOWN_MAX) return null;
    const call = { itemId, callId: null, name: null, args: null, at: null, endedAt: null, failed: false };
    this.#open.set(itemId, call);
    return call;
  }

  #finish(call: OpenCall, answer: Partial<ToolCallInput>, endedAt: number | null): void {
    this.#open.delete(call.itemId);
    if (this.#told.size >= KNOWN_MAX) this.#told.delete([...this.#told][0] ?? "");
    this.#told.add(call.itemId);
    const at = call.at ?? endedAt;
    const duration_ms = call.at === null || endedAt === null ? null : endedAt - call.at;
    if (at !== null && endedAt !== null) {
      this.busyMs += Math.max(0, endedAt - Math.max(at, this.#busyUntil));
      this.#busyUntil = Math.max(this.#busyUntil, endedAt);
    }
    const tool_call_id = call.callId ?? call.itemId;
    this.#tell({ tool_call_id, name: call.name, params: call.args, at, duration_ms, ...answer });
  }
}
