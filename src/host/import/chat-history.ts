/** The device fleet's table ai_agent_chat_history, as CSV or in a mysqldump: rows are messages, sessions are calls. */
import { RECORD_CHARACTERS_MAX } from "../../record/limits.ts";
import { csvRows, Header } from "./csv.ts";
import { type GroupedRow, Groups } from "./groups.ts";
import { measure, piecesOf } from "./input.ts";
import { dumpRows } from "./mysqldump.ts";
import type { Item, Meter, Place, Reject, Source } from "./source.ts";
import { instantOf } from "./times.ts";

const TABLE = "ai_agent_chat_history";
const COLUMNS = [
  "id",
  "mac_address",
  "agent_id",
  "session_id",
  "chat_type",
  "content",
  "audio_id",
  "created_at",
  "updated_at",
];
const ROLES: Readonly<Record<string, string>> = { "1": "user", "2": "assistant" };

type Cells = Readonly<Record<string, string | null>>;
/** A message as it waits for its session. */
type Waiting = [mac: string | null, agent: string | null, role: string, content: string, audio: string | null];

export const chatHistory: Source = {
  summary: `the table ${TABLE} of the device fleet (CSV with or without its header, or a mysqldump)`,
  mapping: [
    ["session_id", "call_id, session_id (source: report, as the devices' live reports)"],
    ["mac_address", "device_id"],
    ["agent_id", "assistant_id"],
    ["chat_type (1: user, 2: assistant), content, created_at", "conversation [{role, content, at}]"],
    ["first and last created_at", "start_time, end_time"],
    ["audio_id", "metadata.audio_ids"],
  ],
  in_time_order: true,
  start_moves: true,
  async *read({ from, zone, meter, temp_dir, rows_max }) {
    await measure(from, meter);
    const groups = new Groups(temp_dir);
    try {
      let rows = 0;
      for (const file of from) {
        for await (const { cells, number, problem, utc } of tableRows(file, meter)) {
          rows += 1;
          const place = { file, line: number };
          const reject = problem === undefined ? gathered(groups, cells, place, utc ? "UTC" : zone) : problem;
          if (reject !== null) yield { place, rows: 1, reason: reject };
          if (rows >= rows_max) break;
        }
      }
      // The name of the first file stands for all: a session may be scattered over them.
      for (const group of groups.groups()) yield* session(group.name, group.rows, from[0] ?? "");
    } finally {
      groups.close();
    }
  },
};

/** Rows of either form; the times of a dump are UTC, as mysqldump writes them. */
async function* tableRows(file: string, meter: Meter) {
  if (/\.sql(\.gz|\.zst)?$/i.test(file)) {
    for await (const row of dumpRows(piecesOf(file, meter), TABLE, COLUMNS))
      yield { problem: undefined, ...row, utc: true };
    return;
  }
  let header: Header | null = null;
  for await (const row of csvRows(piecesOf(file, meter))) {
    if (!header) {
      const named = new Header(row);
      header = named.names.includes("session_id") ? named : new Header({ line: 1, cells: COLUMNS });
      if (header === named) continue;
    }
    const cells = header.read(row);
    const problem = cells ? undefined : `It has ${row.cells.length} cells for ${header.names.length} columns.`;
    yield { cells: cells ?? {}, number: row.line, problem, utc: false };
  }
}

/** Puts the message to its session; gives the reason where it is none. */
function gathered(groups: Groups, cells: Cells, place: Place, zone: string): string | null {
  const { session_id, chat_type, content } = cells;
  if (!session_id) return "It has no session_id.";
  const role = ROLES[chat_type ?? ""];
  if (role === undefined) return `chat_type must be 1 (user) or 2 (agent); it is ${JSON.stringify(chat_type ?? null)}.`;
  const at = instantOf(cells["created_at"] ?? cells["updated_at"], zone);
  if (at === null) return `created_at is no time: ${JSON.stringify(cells["created_at"] ?? null)}.`;
  const waiting: Waiting = [
    cells["mac_address"] ?? null,
    cells["agent_id"] ?? null,
    role,
    content ?? "",
    cells["audio_id"] ?? null,
  ];
  groups.add(session_id, { at, line: place.line, text: JSON.stringify(waiting) });
  return null;
}

function* session(session_id: string, rows: Iterable<GroupedRow>, file: string): Generator<Item> {
  const conversation: { role: string; content: string; at: number }[] = [];
  const audio = new Set<string>();
  const seen = new Set<string>();
  const foreign: Reject[] = [];
  let [device, agent, taken, letters, last] = [null as string | null, null as string | null, 0, 0, 0];
  let first: GroupedRow | null = null;
  for (const row of rows) {
    const [mac, agent_id, role, content, audio_id] = JSON.parse(row.text) as Waiting;
    device ??= mac;
    if (mac !== null && mac !== device) {
      foreign.push({ place: { file, line: row.line }, rows: 1, reason: "Its session is another device's." });
      continue;
    }
    first ??= row;
    taken += 1;
    last = row.at;
    agent ??= agent_id;
    if (audio_id !== null) audio.add(audio_id);
    // A report that was sent again is the same words of the same party at the same time; and a record has its limits.
    const key = `${role}\0${row.at}\0${content}`;
    if (seen.has(key) || letters > RECORD_CHARACTERS_MAX) continue;
    seen.add(key);
    letters += content.length + 100;
    conversation.push({ role, content, at: row.at });
  }
  yield* foreign;
  if (!first) return;
  yield {
    place: { file, line: first.line },
    rows: taken,
    columns: {
      ...{ source: "report", call_id: session_id, session_id, start_time: first.at, end_time: last },
      ...{ device_id: device, assistant_id: agent, conversation, tool_calls: null },
      metadata: audio.size === 0 ? null : { audio_ids: [...audio] },
    },
  };
}
