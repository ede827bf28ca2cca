/** Webhooks without end, told to a whole backend whose etl publishes; prints the heap after each round: ROUNDS SIZE. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publish } from "../../src/etl/index.ts";
import { ask, openBackend, signed } from "./ingest-kit.ts";

const AT_ONCE = 50;
const [rounds, size] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1000)];
const text = readFileSync(join(import.meta.dirname, "../golden/vapi/inbound-with-tool.json"), "utf8");
const backend = await openBackend({ segment_bytes_max: 256 * 1024 });
for (let round = 0; round < rounds; round += 1) {
  for (let sent = 0; sent < size; sent += AT_ONCE) {
    const statuses = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => {
        const payload = text.replace("8e0b7a52-0000-4000-8000-000000000001", `heap-${round}-${sent + n}`);
        return ask(backend.app, "/webhooks/vapi", signed("vapi", payload)).then(({ status }) => status);
      }),
    );
    if (statuses.some((status) => status !== 200)) throw new Error(`A webhook was answered ${statuses.join()}`);
  }
  await publish(backend.dir);
  globalThis.gc?.();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
}
await backend.close();
