/** Asterisk's call detail records (Master.csv, cdr_csv): the lines of one channel become one call. */
import { csvRows, Header } from "./csv.ts";
import { type GroupedRow, Groups } from "./groups.ts";
import { measure, piecesOf } from "./input.ts";
import type { Item, Source } from "./source.ts";
import { instantOf } from "./times.ts";

const COLUMNS = [
  ...["accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start"],
  ...["answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield"],
];
const KEPT = [
  "accountcode",
  "dcontext",
  "channel",
  "dstchannel",
  "lastapp",
  "lastdata",
  "amaflags",
  "userfield",
  "billsec",
];
const OUTCOMES: Readonly<Record<string, "completed" | "abandoned" | "error">> = {
  ANSWERED: "completed",
  "NO ANSWER": "abandoned",
  BUSY: "abandoned",
  CONGESTION: "error",
  FAILED: "error",
};
/** The halves of a Local channel begin together; a name that turns up later again is another call. */
const SAME_MS_MAX = 2_000;

type Line = Readonly<Record<string, string | null>>;

export const asteriskCdr: Source = {
  summary: "cdr.csv (Master.csv) of Asterisk, with or without a header line; times by --time-zone",
  mapping: [
    ["uniqueid", "call_id (source: asterisk); lines of one channel, both halves of a Local channel too, are one call"],
    ["src, clid, dst", "caller_number, caller_name, called_number"],
    ["start, answer, end, duration", "start_time, answer_time, end_time, duration_seconds"],
    ["disposition", "ended_reason; outcome: ANSWERED completed, NO ANSWER and BUSY abandoned, else error"],
    ["the rest", "metadata"],
  ],
  in_time_order: true,
  async *read({ from, zone, meter, temp_dir, rows_max }) {
    await measure(from, meter);
    const groups = new Groups(temp_dir);
    try {
      let rows = 0;
      for (const file of from) {
        let header: Header | null = null;
        for await (const row of csvRows(piecesOf(file, meter), ",")) {
          if (!header) {
            const named = new Header(row);
            header = named.names.includes("disposition")
              ? named
              : new Header({ line: 1, cells: COLUMNS.slice(0, row.cells.length) });
            if (header === named) continue;
          }
          rows += 1;
          const reason = gathered(groups, header.read(row), row.line, zone);
          if (reason !== null) yield { place: { file, line: row.line }, rows: 1, reason };
          if (rows >= rows_max) break;
        }
      }
      for (const { rows: lines } of groups.groups())
        for (const call of callsOf(lines)) yield toldCall(call, from[0] ?? "", zone);
    } finally {
      groups.close();
    }
  },
};

function gathered(groups: Groups, cells: Line | null, line: number, zone: string): string | null {
  if (!cells) return "It has another number of cells than the lines before.";
  const at = instantOf(cells["start"], zone);
  if (at === null) return `start is no time: ${JSON.stringify(cells["start"] ?? null)}.`;
  const channel = cells["channel"] ?? "";
  const local = /^Local\/.*;[12]$/.test(channel) ? channel.slice(0, -2) : null;
  const name = local ?? cells["uniqueid"] ?? channel;
  if (name === "") return "It has neither a uniqueid nor a channel.";
  groups.add(name, { at, line, text: JSON.stringify(cells) });
  return null;
}

interface Gathered {
  readonly line: number;
  readonly lines: Line[];
}

/** The lines of one name; a Local channel's name comes back after a restart. */
function* callsOf(rows: Iterable<GroupedRow>): Generator<Gathered> {
  let call: Gathered | null = null;
  let last = 0;
  for (const { at, line, text } of rows) {
    const cells = JSON.parse(text) as Line;
    const local = cells["channel"]?.startsWith("Local/") ?? false;
    if (call && (!local || at - last <= SAME_MS_MAX)) call.lines.push(cells);
    else {
      if (call) yield* halvesOf(call);
      call = { line, lines: [cells] };
    }
    last = at;
  }
  if (call) yield* halvesOf(call);
}

const inEngine = ({ lastapp }: Line): boolean => lastapp === "Stasis";

/** Both halves of a Local channel are one call, unless an engine had both of them: then they are two. */
function* halvesOf(call: Gathered): Generator<Gathered> {
  const halves = Map.groupBy(call.lines, ({ channel }) => channel);
  if (halves.size < 2 || ![...halves.values()].every((lines) => lines.some(inEngine))) yield call;
  else for (const lines of halves.values()) yield { line: call.line, lines };
}

function toldCall({ line, lines }: Gathered, file: string, zone: string): Item {
  // The half that an engine had is the call, else the one in which the dialplan ran. Of several lines the last knows the end.
  const main =
    lines.findLast(inEngine) ?? lines.findLast(({ channel }) => channel?.endsWith(";2")) ?? lines.at(-1) ?? {};
  const times = (column: string) => lines.map((one) => instantOf(one[column], zone)).filter((ms) => ms !== null);
  const [starts, answers, ends] = [times("start"), times("answer"), times("end")];
  const answered = lines.find(({ disposition }) => disposition === "ANSWERED");
  const disposition = (answered ?? main)["disposition"] ?? null;
  const outcome = OUTCOMES[disposition ?? ""] ?? null;
  const only = lines.length === 1 ? Number(main["duration"] ?? Number.NaN) : Number.NaN;
  const kept = KEPT.filter((name) => main[name]).map((name) => [name, main[name]]);
  return {
    place: { file, line },
    rows: lines.length,
    columns: {
      source: "asterisk",
      call_id: main["uniqueid"] ?? `${main["channel"]}-${main["start"]}`,
      start_time: Math.min(...starts),
      answer_time: answers.length === 0 ? null : Math.min(...answers),
      end_time: ends.length === 0 ? null : Math.max(...ends),
      duration_seconds: Number.isFinite(only) ? only : null,
      caller_number: main["src"] || null,
      caller_name: /^"(.*)" ?</.exec(main["clid"] ?? "")?.[1] || null,
      called_number: main["dst"] || null,
      ...(outcome === null ? {} : { outcome }),
      ended_reason: disposition,
      error_message: outcome === "error" ? `Asterisk's disposition is ${disposition}.` : null,
      conversation: null,
      tool_calls: null,
      metadata: kept.length === 0 ? null : Object.fromEntries(kept),
    },
  };
}
