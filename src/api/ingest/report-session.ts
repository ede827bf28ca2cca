/** A device's session that goes on: which messages it has, and in which order they were said. */
import type { Call } from "../../engine-hook/index.ts";
import type { CallRecord, Message } from "../../record/index.ts";
import { instantMs } from "../../record/time.ts";

export interface Said {
  readonly role: "user" | "assistant";
  readonly content: string;
  /** Epoch ms. */
  readonly at: number;
}

type Recording = NonNullable<CallRecord["recordings"]>[number];

export class ReportSession {
  readonly call: Call;
  readonly mac: string;
  readonly client_id: string | null;
  readonly recordings: Recording[];
  /** Whether a message came after one that was said later. */
  overtaken = false;
  readonly #known = new Set<string>();
  #last = 0;

  constructor(
    call: Call,
    owner: { mac: string; client_id: string | null },
    soFar: readonly Message[],
    recordings: readonly Recording[],
  ) {
    this.call = call;
    this.mac = owner.mac;
    this.client_id = owner.client_id;
    this.recordings = [...recordings];
    for (const { role, content, at } of soFar) {
      this.#known.add(keyOf(role, content, instantMs(at)));
      this.#order(instantMs(at) ?? 0);
    }
  }

  /** False if the session has it already: the same words of the same party at the same time. */
  add(said: Said): boolean {
    const key = keyOf(said.role, said.content, said.at);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    this.call.addMessage(said);
    this.#order(said.at);
    return true;
  }

  #order(at: number): void {
    this.overtaken ||= at < this.#last;
    this.#last = Math.max(this.#last, at);
  }
}

function keyOf(role: string | null, content: string | null, at: number | null): string {
  return `${role}\0${at}\0${content}`;
}

/** What is said of a session after its record: the messages it lacks, and all of them in the order of their times. */
export function lateMessages(stored: CallRecord, said: readonly Said[]) {
  const before = stored.conversation ?? [];
  const known = new Set(before.map(({ role, content, at }) => keyOf(role, content, instantMs(at))));
  const late = said.filter(({ role, content, at }) => {
    const key = keyOf(role, content, at);
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
  return { late, conversation: inOrder([...before, ...late]) };
}

/** By time; what has none stays behind what it came after. */
export function inOrder<T extends { readonly at?: unknown }>(messages: readonly T[]): T[] {
  let last = 0;
  const timed = messages.map((message) => {
    last = instantMs(message.at) ?? last;
    return { message, time: last };
  });
  return timed.sort((a, b) => a.time - b.time).map(({ message }) => message);
}
