/** The prompt of `call-lake sql`: statements over several lines until a semicolon, with history and completion. */
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { SqlSchema } from "../api/contract.ts";
import { completer } from "./sql-completion.ts";
import { printRows, SQL_MODES, type SqlMode } from "./sql-print.ts";
import type { SqlSource } from "./sql-source.ts";

export interface PromptOptions {
  readonly source: SqlSource;
  readonly input: Readable;
  /** Its `columns`, where it has them, are the width of tables. */
  readonly output: Writable & { readonly columns?: number };
  /** Whether lines are edited: arrows, Tab, Ctrl-R. */
  readonly terminal: boolean;
  /** Absent = nothing is remembered. */
  readonly history_file?: string | undefined;
}

const HISTORY_MAX = 1_000;
const HELP = `A statement ends with a semicolon; it may go over several lines. Tab completes, the arrows bring back.
  .schema [VIEW]         the views, or the columns of one
  .mode table|csv|json   how rows are shown
  .help                  this text
  .quit                  leave (Ctrl-D too)
Ctrl-C stops a question that runs, or clears what is typed.`;

/** Where statements are remembered: they may name people, so only their writer may read the file. */
export function historyFile(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment["XDG_STATE_HOME"] || join(environment["HOME"] || homedir(), ".local", "state");
  return join(state, "call-lake", "sql-history");
}

/** Reads and answers until the input ends or `.quit`. An error of a statement is printed, and the prompt goes on. */
export async function runPrompt(options: PromptOptions): Promise<void> {
  const { source, input, output, terminal, history_file } = options;
  const schema = await source.schema();
  const history = history_file === undefined ? [] : await readHistory(history_file);
  const lines = createInterface({
    input,
    output,
    terminal,
    historySize: HISTORY_MAX,
    history: [...history].reverse(),
    removeHistoryDuplicates: true,
    completer: completer(schema),
  });
  const prompt = new Prompt(source, schema, output, lines);
  await prompt.run(async (statement) => {
    if (history_file !== undefined) await remember(history_file, statement);
  });
}

class Prompt {
  readonly #source: SqlSource;
  readonly #schema: SqlSchema;
  readonly #output: PromptOptions["output"];
  readonly #lines: Interface;
  #mode: SqlMode = "table";
  #typed: string[] = [];
  #running: AbortController | null = null;
  #closed = false;

  constructor(source: SqlSource, schema: SqlSchema, output: PromptOptions["output"], lines: Interface) {
    this.#source = source;
    this.#schema = schema;
    this.#output = output;
    this.#lines = lines;
  }

  async run(remember: (statement: string) => Promise<void>): Promise<void> {
    // The input may end while lines of it still wait for their answers.
    this.#lines.once("close", () => {
      this.#closed = true;
    });
    this.#lines.on("SIGINT", () => {
      if (this.#running) this.#running.abort();
      else {
        this.#typed = [];
        this.#print("");
        // Clears the line as well: what was typed on it is given up.
        this.#lines.write(null, { ctrl: true, name: "u" });
        this.#ready();
      }
    });
    this.#print("`.help` tells what there is; a statement ends with a semicolon.");
    this.#ready();
    for await (const line of this.#lines) {
      if (this.#typed.length === 0 && line.trim().startsWith(".")) {
        if (!this.#command(line.trim().split(/\s+/))) break;
      } else {
        if (line.trim() !== "" || this.#typed.length > 0) this.#typed.push(line);
        const statement = this.#typed.join("\n");
        if (endsStatement(statement)) {
          this.#typed = [];
          await remember(statement.replace(/\s*\n\s*/g, " ").trim()).catch(() => {});
          await this.#answer(statement);
        }
      }
      this.#ready();
    }
    this.#lines.close();
  }

  async #answer(statement: string): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const began = performance.now();
    try {
      const answer = await this.#source.ask(statement, running.signal);
      await printRows(answer, this.#mode, (line) => this.#print(line), this.#output.columns);
      const seconds = ((performance.now() - began) / 1000).toFixed(2);
      if (this.#mode === "table") this.#print(`${answer.truncated ? "There are more rows. " : ""}${seconds} s`);
    } catch (error) {
      this.#print(running.signal.aborted ? "Stopped." : sentenceOf(error));
    } finally {
      this.#running = null;
    }
  }

  /** Carries out a command of the prompt; false for the one that leaves. */
  #command([verb = "", word]: string[]): boolean {
    const mode = SQL_MODES.find((one) => one === word);
    if (verb === ".quit" || verb === ".exit") return false;
    if (verb === ".help") this.#print(HELP);
    else if (verb === ".schema") this.#print(schemaText(this.#schema, word));
    else if (verb === ".mode" && mode) this.#mode = mode;
    else if (verb === ".mode") this.#print(`The mode is ${this.#mode}; it is one of ${SQL_MODES.join(", ")}.`);
    else this.#print(`There is no command ${verb}; .help tells what there is.`);
    return true;
  }

  #ready(): void {
    if (this.#closed) return;
    this.#lines.setPrompt(this.#typed.length === 0 ? "calls> " : "   ... ");
    this.#lines.prompt();
  }

  #print(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

/** What DuckDB says, without the line it shows of our own statement around this one. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\n+LINE \d+:/)[0] ?? message;
}

/** Whether the text ends in a semicolon that stands in no text, name or comment. */
export function endsStatement(text: string): boolean {
  const bare = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
  return !/['"]|\/\*/.test(bare) && /;\s*$/.test(bare);
}

/** The views, or the columns of one with their types and meanings. */
export function schemaText(schema: SqlSchema, name?: string): string {
  if (name === undefined)
    return schema.views.map((view) => `${view.name.padEnd(12)}${view.doc} ${view.columns.length} columns`).join("\n");
  const view = schema.views.find((one) => one.name === name);
  if (!view) return `There is no view ${name}; there are ${schema.views.map((one) => one.name).join(", ")}.`;
  const width = Math.max(...view.columns.map((column) => column.name.length));
  return view.columns
    .map(({ name: column, type, doc, hidden }) => {
      const short = type.startsWith("STRUCT") ? `STRUCT …${type.endsWith("[]") ? "[]" : ""}` : type;
      return `${column.padEnd(width)}  ${short.padEnd(24)}  ${hidden ? "(hidden from you) " : ""}${doc}`;
    })
    .join("\n");
}

async function readHistory(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const kept = lines.slice(-HISTORY_MAX);
  if (lines.length > 2 * HISTORY_MAX) await writeFile(path, `${kept.join("\n")}\n`, { mode: 0o600 });
  return kept;
}

async function remember(path: string, statement: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, `${statement}\n`, { mode: 0o600 });
}
