/** Starts a long verb with settings that keep V8 and the C library from hoarding memory. */

/** Left alone, V8's nursery grows until it holds hundreds of MB of rows that are long written. */
const FLAG = "--max-semi-space-size=4";

/**
 * Puts this same command, with those settings, in the place of the process: the same number, terminal and signals. Both
 * must be known before Node starts, so they cannot be set here. Goes on where they are set, or on a system without exec.
 */
export function startFrugally(): void {
  if (process.execArgv.includes(FLAG) || process.platform === "win32" || process.execve === undefined) return;
  // One arena a thread, each kept at its largest: an import took 120 MB more.
  const environment = { MALLOC_ARENA_MAX: "2", ...process.env };
  process.execve(
    process.execPath,
    [process.execPath, FLAG, ...process.execArgv, ...process.argv.slice(1)],
    environment,
  );
}
