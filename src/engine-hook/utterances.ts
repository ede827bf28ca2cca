/** What is being said in a call at the moment: segments grow into utterances, and utterances become messages. */
import { memberOf } from "../record/json.ts";
import type { Scrutiny } from "../record/limits.ts";
import { SpeakerText } from "./segments.ts";

/** Something that was said, as a message of the record. */
export interface Utterance {
  role: string;
  content: string;
  /** Epoch ms. */
  at_ms: number;
  offset_ms: number | null;
  agent: string | null;
}

/** A longer utterance is given out as a message while it goes on, so that what is written of it stays small. */
const UTTERANCE_CHARACTERS_MAX = 4000;
const SEGMENT_CHARACTERS_MAX = 64 * 1024;
const SPEAKERS_MAX = 16;
/** What is being said is written this often at most, and less often the longer it gets. */
const DUE_MS_MIN = 150;
const DUE_CHARACTERS_PER_MS = 4;

interface Speaker {
  readonly role: string;
  readonly text: SpeakerText;
  agent: string | null;
  /** Of the open utterance. */
  at_ms: number;
  start_ms: number | null;
  end_ms: number | null;
}

/**
 * An utterance becomes a message when its segment is final, when another speaker begins after it, when it has grown too
 * long, when the engine gives the message itself, or at the end of the call.
 */
export class Utterances {
  readonly #speakers = new Map<string, Speaker>();
  #changed = false;
  #dueSince = Number.NEGATIVE_INFINITY;

  /** Takes a segment that arrived at `now` (epoch ms) in a call that began at `callStart`; gives what was said to its end. */
  add(input: unknown, scrutiny: Scrutiny, now: number, callStart: number): Utterance[] {
    const given = memberOf(input, "text");
    if (typeof given !== "string") {
      scrutiny.flag("bad_value:conversation");
      return [];
    }
    if (given.length > SEGMENT_CHARACTERS_MAX) scrutiny.flag("truncated_text");
    const text = given.slice(0, SEGMENT_CHARACTERS_MAX).toWellFormed();
    const [start_ms, end_ms] = [millis(memberOf(input, "start_ms")), millis(memberOf(input, "end_ms"))];
    const last = memberOf(input, "final");
    const final = typeof last === "boolean" ? last : null;
    const agent = memberOf(input, "agent");
    const speaker = this.#speakerOf(memberOf(input, "role"));
    const said = this.#closeBefore(speaker, start_ms, typeof agent === "string" ? agent : null);
    const begins = !speaker.text.isOpen;
    if (speaker.text.add({ text, start_ms, end_ms, final })) this.#changed = true;
    if (!speaker.text.isOpen) {
      if (final) speaker.text.seal();
      return said;
    }
    if (begins) {
      speaker.start_ms = start_ms;
      speaker.at_ms = start_ms === null ? now : callStart + start_ms;
      speaker.end_ms = null;
    }
    speaker.end_ms = Math.max(speaker.end_ms ?? 0, end_ms ?? 0) || null;
    if (typeof agent === "string") speaker.agent = agent;
    if (final || speaker.text.characters > UTTERANCE_CHARACTERS_MAX) said.push(close(speaker));
    if (final) speaker.text.seal();
    return said;
  }

  /** The engine gives a message itself: what is open then was said before it, unless it is the same. */
  closeFor(message: { role: string | null; content: string | null }): Utterance[] {
    const said: Utterance[] = [];
    for (const speaker of this.#speakers.values()) {
      if (!speaker.text.isOpen) continue;
      const same = speaker.role === message.role && speaker.text.saysTheSame(message.content ?? "");
      if (same) speaker.text.take();
      else said.push(close(speaker));
      if (speaker.role === message.role) speaker.text.seal();
    }
    return said;
  }

  /** All that is open becomes messages, in the order in which it began. */
  closeAll(): Utterance[] {
    const said: Utterance[] = [];
    for (const speaker of this.#speakers.values()) if (speaker.text.isOpen) said.push(close(speaker));
    return said.sort((a, b) => a.at_ms - b.at_ms);
  }

  /**
   * What is being said, if it changed since it was last given here: null if it is too soon to say it again, undefined if
   * nothing changed. `now` is of `performance.now()`.
   */
  due(now: number): Utterance[] | null | undefined {
    if (!this.#changed) return undefined;
    let characters = 0;
    for (const { text } of this.#speakers.values()) characters += text.characters;
    if (now - this.#dueSince < Math.max(DUE_MS_MIN, characters / DUE_CHARACTERS_PER_MS)) return null;
    this.#changed = false;
    this.#dueSince = now;
    const said: Utterance[] = [];
    for (const speaker of this.#speakers.values()) if (speaker.text.isOpen) said.push(utterance(speaker));
    return said.length > 0 ? said : undefined;
  }

  #speakerOf(role: unknown): Speaker {
    let name = typeof role === "string" && role !== "" ? role.slice(0, 80).toWellFormed() : "user";
    if (!this.#speakers.has(name) && this.#speakers.size >= SPEAKERS_MAX) name = "user";
    let speaker = this.#speakers.get(name);
    if (!speaker) {
      speaker = { role: name, text: new SpeakerText(), agent: null, at_ms: 0, start_ms: null, end_ms: null };
      this.#speakers.set(name, speaker);
    }
    return speaker;
  }

  /** Another speaker, or another agent, ends an utterance, unless the two speak at the same time. */
  #closeBefore(next: Speaker, startMs: number | null, agent: string | null): Utterance[] {
    const said: Utterance[] = [];
    for (const speaker of this.#speakers.values()) {
      if (!speaker.text.isOpen) continue;
      if (speaker === next) {
        if (agent !== null && speaker.agent !== null && agent !== speaker.agent) {
          said.push(close(speaker));
          speaker.text.seal();
        }
      } else if (startMs === null || speaker.end_ms === null || startMs >= speaker.end_ms) said.push(close(speaker));
    }
    return said;
  }
}

function utterance({ role, text, agent, at_ms, start_ms }: Speaker): Utterance {
  return { role, content: text.text(), at_ms, offset_ms: start_ms, agent };
}

function close(speaker: Speaker): Utterance {
  const said = utterance(speaker);
  speaker.text.take();
  return said;
}

const millis = (value: unknown): number | null =>
  typeof value === "number" && value >= 0 && value <= 1e10 ? Math.round(value) : null;
