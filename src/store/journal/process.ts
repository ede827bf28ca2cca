/** Which process a writer is, told so exactly that another process with the same number is not taken for it. */
import { readFileSync, readlinkSync } from "node:fs";

export interface WriterProcess {
  pid: number;
  /** Boot id and field 22 of /proc/<pid>/stat; null where there is no /proc. */
  pid_start: string | null;
  /** The namespace `pid` counts in; two containers of one host name have different ones. */
  pid_namespace: string | null;
}

/** This process. */
export function thisProcess(): WriterProcess {
  return { pid: process.pid, pid_start: pidStart(process.pid), pid_namespace: pidNamespace() };
}

/** True or false where /proc can tell, undefined where only a heartbeat can. */
export function processIsAlive(writer: WriterProcess): boolean | undefined {
  if (writer.pid_namespace !== pidNamespace()) return undefined;
  if (writer.pid_start === null || pidStart(process.pid) === null) return exists(writer.pid) ? undefined : false;
  return pidStart(writer.pid) === writer.pid_start;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function pidNamespace(): string | null {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}

function pidStart(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name, may hold spaces and brackets: count from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie (Z) or dead (X) process writes no more.
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
