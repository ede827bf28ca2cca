/** The pure parts of one call's page: recordings' addresses, entries, hits, turns. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { stageSpans, turnRows } from "../../src/ui/charts/turn-rows.ts";
import { playableUrl, recordingStartMs, recordingState } from "../../src/ui/components/call-detail/recording-state.ts";
import {
  entryAt,
  finderOf,
  hitsOf,
  interleave,
  pieces,
  searchPattern,
  termsPattern,
} from "../../src/ui/components/call-detail/transcript-entries.ts";
import { record } from "./kit/records.ts";

const BASE = "https://panel.example.com/calls/1";

it("plays http, https and the page's own blobs, and nothing else", () => {
  expect(playableUrl("https://cdn.example.com/a.mp3?x=1", BASE)).toBe("https://cdn.example.com/a.mp3?x=1");
  expect(playableUrl("/recordings/a.wav", BASE)).toBe("https://panel.example.com/recordings/a.wav");
  expect(playableUrl("blob:https://panel.example.com/1-2", BASE)).toBe("blob:https://panel.example.com/1-2");
  for (const url of [
    ...["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "\u0001javascript:alert(1)"],
    ...["data:audio/wav;base64,UklGRg==", "blob:https://evil.example.com/1", "blob:null/1", "file:///etc/passwd"],
    ...[
      "ftp://example.com/a",
      "https://user:secret@example.com/a",
      "https://",
      "http://[",
      "vbscript:x",
      "about:blank",
    ],
  ]) {
    expect(playableUrl(url, BASE), url).toBe(null);
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `javascript:${text}`),
      ),
      (url) => {
        const played = playableUrl(url, BASE);
        expect(played === null || /^(https?:\/\/|blob:https:\/\/panel\.example\.com\/)/.test(played)).toBe(true);
      },
    ),
  );
});

it("knows the states of a recording", () => {
  const one = (url: string | null, expires_at: string | null = null) =>
    recordingState({ url, channel: null, duration_seconds: null, expires_at }, BASE, Date.parse("2026-11-21T00:00:00Z"))
      .kind;
  expect(recordingState(undefined, BASE, 0).kind).toBe("none");
  const stored = { url: "s3://bucket/a.wav", channel: null, duration_seconds: null, expires_at: null };
  expect(recordingState(stored, BASE, 0)).toEqual({ kind: "refused", url: "s3://bucket/a.wav" });
  expect(recordingState(stored, BASE, 0, true)).toEqual({ kind: "ready", src: "s3://bucket/a.wav" });
  expect(one(null)).toBe("processing");
  expect(one("https://example.com/a", "2026-11-20T00:00:00Z")).toBe("expired");
  expect(one("https://example.com/a", "2026-11-22T00:00:00Z")).toBe("ready");
  expect(one("javascript:1")).toBe("refused");
});

it("lets a recording begin at the answer when its length says so", () => {
  const call = {
    start_time: "2026-11-21T10:00:00Z",
    answer_time: "2026-11-21T10:00:20Z",
    end_time: "2026-11-21T10:01:20Z",
  };
  expect(recordingStartMs(call, 80)).toBe(0);
  expect(recordingStartMs(call, 61)).toBe(20_000);
  expect(recordingStartMs(call, null)).toBe(0);
  expect(recordingStartMs({ ...call, answer_time: null }, 60)).toBe(0);
});

it("puts each tool before the first later message, and loses none", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.nat(100_000), { nil: null })),
      fc.array(fc.option(fc.nat(100), { nil: null })),
      (said, tools) => {
        const start = Date.parse("2026-11-21T10:00:00Z");
        const [message] = record(0).conversation ?? [];
        const conversation = said.map((offset_ms) => ({
          role: "user",
          content: "x",
          at: null,
          interrupted: null,
          agent: null,
          ...message,
          offset_ms,
        }));
        const tool_calls = tools.map((s) => ({
          ...{ tool_call_id: null, name: "t", phase: null, params: null, result: null, status: null, error: null },
          at: s === null ? null : new Date(start + s * 1000).toISOString(),
          duration_ms: null,
        }));
        const entries = interleave({ start_time: new Date(start).toISOString(), conversation, tool_calls });
        expect(entries.flatMap((entry) => (entry.kind === "message" ? [entry.index] : []))).toEqual(
          said.map((_, i) => i),
        );
        expect(entries.length).toBe(said.length + tools.length);
      },
    ),
  );
});

it("cuts a text at its matches and gives every letter back", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }),
      (text, search) => {
        for (const pattern of [searchPattern(search), termsPattern(search)]) {
          const message = { role: "user", content: text, at: null, offset_ms: null, interrupted: null, agent: null };
          const find = finderOf(pattern);
          const ranges = find?.(message, 0) ?? [];
          const cut = pieces(text, ranges);
          expect(cut.map((piece) => piece.text).join("")).toBe(text);
          expect(cut.filter((piece) => piece.match).length).toBe(ranges.length);
          const entries = [{ kind: "message", message, index: 0, offsetMs: null } as const];
          expect(hitsOf(entries, find).length).toBe(ranges.length);
        }
      },
    ),
  );
  expect(termsPattern('refund "late  delivery" x')?.source).toBe("late  delivery|refund|x");
  expect(termsPattern(' "" ')).toBe(null);
});

it("finds the message that is heard", () => {
  const entries = interleave(record(1));
  const messages = entries.filter((entry) => entry.kind === "message");
  expect(entryAt(entries, -1)).toBe(-1);
  expect(entries[entryAt(entries, 1e9)]).toBe(messages.at(-1));
  expect(entries[entryAt(entries, 6500)]).toBe(messages[1]);
});

it("draws the stages of a turn one after another, and nothing that is not known", () => {
  const at = null;
  const turn = {
    index: 0,
    at,
    e2e_ms: null,
    endpointing_ms: null,
    stt_ms: null,
    llm_ms: null,
    tts_ms: null,
    tool_ms: null,
    interrupted: null,
  };
  const rows = turnRows({
    turns: [
      { ...turn, e2e_ms: 900, endpointing_ms: 200, llm_ms: 400, tool_ms: 100 },
      turn,
      { ...turn, e2e_ms: 700 },
      { ...turn, stt_ms: 0, llm_ms: -5 },
    ],
    turn_latencies_ms: null,
  });
  expect(rows.map(({ total }) => total)).toEqual([900, null, 700, 0]);
  expect(stageSpans(rows)).toEqual([
    { turn: 1, stage: "endpointing", from: 0, to: 200 },
    { turn: 1, stage: "llm", from: 200, to: 600 },
    { turn: 1, stage: "tool", from: 600, to: 700 },
    { turn: 3, stage: "whole", from: 0, to: 700 },
    { turn: 4, stage: "stt", from: 0, to: 0 },
  ]);
  expect(turnRows({ turns: null, turn_latencies_ms: [5] })).toEqual([
    { turn: 1, e2e: 5, stages: { whole: 5 }, total: 5, interrupted: false },
  ]);
  expect(turnRows({ turns: null, turn_latencies_ms: null })).toEqual([]);
});
