/** The audit log: one line a receipt of something that was removed for good, kept from it, or given away. */
import { join } from "node:path";
import { type StoreFs, unlessCode } from "../store/fs.ts";

export interface Receipt {
  readonly action: "erase" | "retain" | "hold" | "unhold" | "export" | "quarantine";
  /** When it was done, and on whose behalf. */
  readonly at: string;
  readonly who: string;
  /** Names the one act, so that a receipt written twice after a kill is known as one. */
  readonly act: string;
  /** Calls that left. */
  readonly deleted: number;
  readonly files: readonly string[];
  /** Calls of which a part was emptied, by what was emptied. */
  readonly emptied?: { readonly transcript: number; readonly recordings: number };
  /** The rules that decided, as sentences. */
  readonly rules?: readonly string[];
  /** Holds that were gone over, added or removed. */
  readonly holds?: readonly string[];
  /** The mark of the request of an erasure: the same for the same request. */
  readonly of?: string;
  /** Calls that were handed out. */
  readonly exported?: number;
}

const auditPath = (dir: string) => join(dir, "audit.jsonl");

/** Appends a receipt durably, unless the act has one. A kill in the middle leaves a torn line, which is set apart. */
export async function appendReceipt(dir: string, receipt: Receipt, fs: StoreFs): Promise<void> {
  const known = await textOf(dir, fs);
  if (known.includes(JSON.stringify(receipt.act)) && hasAct(known, receipt.act)) return;
  const separator = known === "" || known.endsWith("\n") ? "" : "\n";
  await fs.appendFile(auditPath(dir), `${separator}${JSON.stringify(receipt)}\n`);
  await fs.fsyncFile(auditPath(dir));
  await fs.fsyncDir(dir);
}

/** Whether an act has its receipt. */
export async function hasReceipt(dir: string, act: string, fs: StoreFs): Promise<boolean> {
  return hasAct(await textOf(dir, fs), act);
}

/** All whole receipts. */
export async function readReceipts(dir: string, fs: StoreFs): Promise<Receipt[]> {
  return (await textOf(dir, fs)).split("\n").flatMap((line) => parseReceipt(line) ?? []);
}

async function textOf(dir: string, fs: StoreFs): Promise<string> {
  return (await unlessCode(fs.readFile(auditPath(dir)), "ENOENT"))?.toString("utf8") ?? "";
}

function hasAct(text: string, act: string): boolean {
  return text.split("\n").some((line) => parseReceipt(line)?.act === act);
}

function parseReceipt(line: string): Receipt | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "act" in value ? (value as Receipt) : null;
  } catch {
    return null;
  }
}
