/** An engine as a process of its own: does what its parent tells it, through the real hook. `fork(live-engine.ts, [DIR])`. */
import { type Call, openCallHistory } from "../../src/engine-hook/index.ts";

/** What the parent tells: the name of a call, and what happens in it. */
export type Order =
  | { do: "start"; call_id: string; columns?: object; hang_up?: "ends" | "fails" | "hangs" }
  | { do: "message"; call_id: string; role: string; content: string }
  | { do: "turn"; call_id: string; e2e_ms: number }
  | { do: "tool"; call_id: string; name: string; params: object }
  | { do: "segment"; call_id: string; text: string; final: boolean }
  | { do: "barge_in"; call_id: string }
  | { do: "set"; call_id: string; columns: object }
  | { do: "end"; call_id: string }
  | { do: "resume" }
  | { do: "close" };

const [dir = ""] = process.argv.slice(2);
const history = await openCallHistory({ dir, host: "test" });
const calls = new Map<string, Call>();

process.on("message", async (order: Order) => {
  await take(order);
  process.send?.("done");
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function take(order: Order): Promise<void> {
  if (order.do === "close") return history.close();
  if (order.do === "resume") {
    for (const recovered of history.recovered()) calls.set(recovered.call_id, history.resume(recovered));
    return;
  }
  const call = order.do === "start" ? start(order) : calls.get(order.call_id);
  if (order.do === "message") call?.addMessage({ role: order.role, content: order.content });
  else if (order.do === "turn") call?.addTurn({ e2e_ms: order.e2e_ms });
  else if (order.do === "tool")
    call?.addToolCall({ name: order.name, params: order.params, result: "ok", status: "ok" });
  else if (order.do === "segment") call?.addSegment({ text: order.text, final: order.final });
  else if (order.do === "barge_in") call?.bargeIn();
  else if (order.do === "set") call?.set(order.columns);
  else if (order.do === "end") await call?.end({ ended_by: "caller" });
}

function start({ call_id, columns, hang_up }: Extract<Order, { do: "start" }>): Call {
  const ways = {
    ends: () => void calls.get(call_id)?.end({ ended_by: "system", ended_reason: "asked" }),
    fails: () => Promise.reject(new Error("the channel is stuck")),
    hangs: () => new Promise(() => {}),
  };
  const control = hang_up === undefined ? {} : { hangUp: ways[hang_up] };
  const call = history.startCall({ call_id, source: "asterisk", ...columns }, control);
  calls.set(call_id, call);
  return call;
}
