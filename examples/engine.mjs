// An engine that records one call: node examples/engine.mjs
import { openCallHistory } from "call-lake/engine-hook";

const history = await openCallHistory({ dir: process.env.CALL_HISTORY_DIR ?? "data" });

const call = history.startCall({ call_id: "1700000000.42", caller_number: "+12025550101", provider_name: "local" });
call.addMessage({ role: "user", content: "When do you open?" });
call.addToolCall({
  name: "opening_hours",
  params: { day: "today" },
  result: { from: "9:00" },
  status: "ok",
  duration_ms: 84,
});
call.addTurn({ e2e_ms: 930, stt_ms: 210, llm_ms: 520, tts_ms: 200 });
call.addMessage({ role: "assistant", content: "At nine." });
const receipt = await call.end({ ended_reason: "caller hung up" }); // resolves when it is durable

console.log(receipt);
await history.close();
