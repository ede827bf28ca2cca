/** The audit log: one line a receipt of something that was removed for good. */
import { join } from "node:path";
import { type StoreFs, unlessCode } from "../store/fs.ts";

export interface Receipt {
  readonly action: "erase" | "retain";
  /** When it was done, and on whose behalf. */
  readonly at: string;
  readonly who: string;
  /** Names the one act, so that a receipt written twice after a kill is known as one. */
  readonly act: string;
  readonly deleted: number;
  readonly files: readonly string[];
}

const auditPath = (dir: string) => join(dir, "audit.jsonl");

/** Appends a receipt durably, unless the act has one. A kill in the middle leaves a torn line, which is set apart. */
export async function appendReceipt(dir: string, receipt: Receipt, fs: StoreFs): Promise<void> {
  const known = (await unlessCode(fs.readFile(auditPath(dir)), "ENOENT"))?.toString("utf8") ?? "";
  if (known.split("\n").some((line) => parseReceipt(line)?.act === receipt.act)) return;
  const separator = known === "" || known.endsWith("\n") ? "" : "\n";
  await fs.appendFile(auditPath(dir), `${separator}${JSON.stringify(receipt)}\n`);
  await fs.fsyncFile(auditPath(dir));
  await fs.fsyncDir(dir);
}

/** All whole receipts. */
export async function readReceipts(dir: string, fs: StoreFs): Promise<Receipt[]> {
  const text = (await unlessCode(fs.readFile(auditPath(dir)), "ENOENT"))?.toString("utf8") ?? "";
  return text.split("\n").flatMap((line) => parseReceipt(line) ?? []);
}

function parseReceipt(line: string): Receipt | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "act" in value ? (value as Receipt) : null;
  } catch {
    return null;
  }
}
