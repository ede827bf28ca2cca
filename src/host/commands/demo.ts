/** `call-lake demo`: a made-up history of any size, straight to Parquet. */
import { type Command, EXIT, stopSignal, UsageError } from "../command.ts";
import { makeDemoHistory } from "../demo/history.ts";
import { Progress } from "../progress.ts";

export const command: Command = {
  summary: "make a believable history of N calls in a new folder",
  usage: `call-lake demo --calls N --dir DIR [--seed TEXT]

--calls N    how many calls, over the last 90 days
--dir DIR    a folder that is empty or not there; an interrupted demo is finished
--seed TEXT  another text gives other calls; the same text gives the same`,
  options: { calls: { type: "string" }, seed: { type: "string" } },
  async run(given) {
    given.noPositionals();
    const calls = given.whole("calls", 0, 100_000_000);
    const dir = given.text("dir");
    const seed = given.text("seed");
    if (calls === undefined || dir === undefined) throw new UsageError("--calls and --dir are needed.");
    const progress = new Progress("Demo history", calls, "calls");
    const mark = await makeDemoHistory({
      dir,
      calls,
      ...(seed === undefined ? {} : { seed }),
      signal: stopSignal(),
      onProgress: (done) => progress.at(done),
    });
    progress.close();
    given.report({ dir, ...mark }, `${mark.calls} calls are in ${dir}.`);
    return EXIT.ok;
  },
};
