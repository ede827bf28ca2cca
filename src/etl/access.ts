/** Access: a person got their calls, and the audit log says so. */
import { randomUUID } from "node:crypto";
import { appendReceipt } from "./audit.ts";
import { type JobOptions, runJob } from "./job.ts";

/** Leaves a receipt of an export, without a word about whose it was. */
export function recordExport(
  dir: string,
  given: { who: string; exported: number },
  options: JobOptions = {},
): Promise<void> {
  return runJob(dir, options, (job) => {
    const at = new Date(job.now()).toISOString();
    const receipt = { action: "export", at, act: `export:${randomUUID()}`, deleted: 0, files: [], ...given } as const;
    return appendReceipt(dir, receipt, job.fs);
  });
}
