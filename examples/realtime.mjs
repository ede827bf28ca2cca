// Records an OpenAI Realtime session from its events: node examples/realtime.mjs
import { attachRealtime, openCallHistory } from "call-lake/engine-hook";

const history = await openCallHistory({ dir: process.env.CALL_HISTORY_DIR ?? "data" });
const call = history.startCall({ source: "openai_realtime", call_id: `example-${Date.now()}`, direction: "web" });

// With a WebSocket or a data channel: attachRealtime(call, socket). Here the events are fed by hand.
const session = attachRealtime(call);
const item = {
  id: "item_1",
  type: "message",
  role: "user",
  content: [{ type: "input_text", text: "When do you open?" }],
};
session.server({ type: "conversation.item.added", previous_item_id: null, item });
const answer = {
  id: "item_2",
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: "At nine." }],
};
session.server({ type: "response.done", response: { id: "resp_1", status: "completed", output: [answer] } });

console.log(await session.end({ ended_reason: "caller hung up" }));
await history.close();
