#!/usr/bin/env node
/** The command `call-lake`: one verb a job. */
import { parseArgs } from "node:util";
import { COMMON, type Command, EXIT, Given, print, tell, UsageError } from "./command.ts";
import { ConfigError } from "./config.ts";
import { startFrugally } from "./frugal.ts";

const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  serve: () => import("./commands/serve.ts"),
  etl: () => import("./commands/etl.ts"),
  capture: () => import("./commands/capture.ts"),
  sql: () => import("./commands/sql.ts"),
  import: () => import("./commands/import.ts"),
  erase: () => import("./commands/erase.ts"),
  hold: () => import("./commands/hold.ts"),
  "subject-export": () => import("./commands/subject-export.ts"),
  retain: () => import("./commands/retain.ts"),
  export: () => import("./commands/export.ts"),
  backup: () => import("./commands/backup.ts"),
  restore: () => import("./commands/restore.ts"),
  compact: () => import("./commands/compact.ts"),
  doctor: () => import("./commands/doctor.ts"),
  verify: () => import("./commands/verify.ts"),
  demo: () => import("./commands/demo.ts"),
};

/** Verbs that go through all the calls there are. */
const LONG: ReadonlySet<string> = new Set([
  "etl",
  "import",
  "erase",
  "retain",
  "backup",
  "restore",
  "compact",
  "verify",
]);

const COMMON_HELP = `--dir DIR   the data folder (CALL_HISTORY_DIR; "data")
--json      the answer as JSON
--help      this text

Exit codes: 0 done, 1 failed or found something wrong, 2 called wrongly.
Ctrl-C stops a verb where it can go on later (130); a second one at once.`;

// `call-lake sql … | head` closes the pipe early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
);

process.exitCode = await main(process.argv.slice(2));

async function main([verb, ...rest]: string[]): Promise<number> {
  if (verb === undefined || verb === "help" || verb === "--help" || verb === "-h") {
    await overview();
    return verb === undefined ? EXIT.usage : EXIT.ok;
  }
  const load = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (!load) {
    tell(`There is no verb ${JSON.stringify(verb)}: it is one of ${Object.keys(COMMANDS).join(", ")}.`);
    return EXIT.usage;
  }
  if (LONG.has(verb)) startFrugally();
  const { command } = await load();
  try {
    const { values, positionals } = parse(command, rest);
    if (values["help"] === true) {
      print(`call-lake ${verb}: ${command.summary}\n\n${command.usage.trim()}\n\n${COMMON_HELP}`);
      return EXIT.ok;
    }
    return await command.run(new Given(values, positionals));
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") {
      tell("Stopped. What is done stays done; run it again to go on.");
      return EXIT.stopped;
    }
    // A question that is wrong was asked here: filters, columns, formats.
    const wrong = error instanceof Error && error.name === "BadQuestionError" && verb !== "sql";
    const usage = error instanceof UsageError || error instanceof ConfigError || wrong;
    tell(sentenceOf(error));
    if (error instanceof UsageError) tell(`\`call-lake ${verb} --help\` says how it is called.`);
    return usage ? EXIT.usage : EXIT.failed;
  }
}

/** What the system says in a code, with the way out; else the error's own sentence. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return `The disk is full (${error.message}). Nothing acknowledged is lost: make room, and run it again.`;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return `This user may not do that there (${error.message}): run it as the user the folder belongs to, or change its permissions.`;
  return error.message;
}

function parse(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...COMMON, ...command.options }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function overview(): Promise<void> {
  print("call-lake VERB [OPTIONS]: the call history of a voice engine\n");
  for (const [verb, load] of Object.entries(COMMANDS)) print(`  ${verb.padEnd(16)}${(await load()).command.summary}`);
  print("\n`call-lake VERB --help` tells the rest of a verb.");
}
