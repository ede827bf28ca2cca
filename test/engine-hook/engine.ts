/** An engine as a process of its own, for tests that kill it: `node engine.ts DIR MODE`. */
import { openCallHistory } from "../../src/engine-hook/index.ts";

const [dir = "", mode = ""] = process.argv.slice(2);
const history = await openCallHistory({ dir, host: "test" });

if (mode === "talk") {
  // Says how many calls are surely on disk, and goes on talking until it is killed.
  const talking = history.startCall({ call_id: "talking", caller_number: "+15550101" });
  for (let number = 1; ; number += 1) {
    talking.addMessage({ role: "user", content: `word ${number}` });
    const { durable } = await history.startCall({ call_id: `call-${number}` }).end();
    if (durable) process.stdout.write(`${number}\n`);
  }
} else {
  history.startCall({ call_id: "open" }).addMessage({ role: "user", content: "hello" });
  void history.startCall({ call_id: "ended" }).end();
  if (mode === "close") await history.close();
}
