/** Segments of a recogniser, joined: each word once, whatever the script and however the windows overlap. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anchorOf, overlapsOf } from "../../src/engine-hook/overlap.ts";
import { type Segment, SpeakerText } from "../../src/engine-hook/segments.ts";

type Given = string | (Partial<Segment> & { text: string });

function joined(...segments: Given[]): string {
  const speaker = new SpeakerText();
  for (const given of segments) {
    const segment = typeof given === "string" ? { text: given } : given;
    speaker.add({ start_ms: null, end_ms: null, final: null, ...segment });
  }
  return speaker.text();
}

const at = (text: string, start_ms: number, end_ms: number, final: boolean | null = null) => ({
  text,
  start_ms,
  end_ms,
  final,
});
const guess = (text: string) => ({ text, final: false });

test.each<[string, Given[], string]>([
  ["the example of the issue", ["Hello world how are you", "how are you today"], "Hello world how are you today"],
  ["case and punctuation", ["Hello, world. How are you?", "how ARE you today?"], "Hello, world. How are you today?"],
  ["capitals of a window", ["I saw Ann", "Ann Ann today"], "I saw Ann Ann today"],
  ["a full stop at a window's end", ["I would like to book.", "To book a table."], "I would like to book a table."],
  ["repeated words", ["no no no", "no no thank you"], "no no no thank you"],
  ["a segment that extends the one before", ["how are", "how are you", "how are you today"], "how are you today"],
  ["the same segment again", ["yes please", "yes please"], "yes please"],
  ["no overlap", ["good morning", "my name is Ann"], "good morning my name is Ann"],
  ["a mark that stands alone", ["well - yes", "yes ... of course"], "well - yes ... of course"],
  ["nothing but marks", ["...", "hello", "?!"], "hello"],
  ["Chinese", ["我想预订一个房间", "一个房间,两个晚上。"], "我想预订一个房间,两个晚上。"],
  ["Japanese", ["こんにちは、予約を", "予約をお願いします"], "こんにちは、予約をお願いします"],
  ["Thai, with marks above and below", ["ฉันต้องการจองห้อง", "จองห้องพักสองคืน"], "ฉันต้องการจองห้องพักสองคืน"],
  ["Chinese and Latin", ["我要订 meeting room", "Meeting Room 明天"], "我要订 meeting room 明天"],
  ["Hebrew, with points and without", ["שָׁלוֹם עולם מה", "עולם מה שלומך"], "שָׁלוֹם עולם מה שלומך"],
  ["Arabic, with its own punctuation", ["مرحبا، كيف حالك؟", "كيف حالك اليوم؟"], "مرحبا، كيف حالك اليوم؟"],
  ["Korean", ["안녕하세요 예약을", "예약을 하고 싶어요"], "안녕하세요 예약을 하고 싶어요"],
  ["composed and decomposed", ["voilà un café", "cafe\u0301 noir"], "voilà un café noir"],
  ["a guess corrected", [guess("how our"), guess("how are you")], "how are you"],
  ["a guess that ends within a word", [guess("wor"), guess("world")], "world"],
  ["a guess taken back", [guess("how are you"), guess("how are")], "how are"],
  [
    "a guess of other words, by its times",
    [at("yell", 0, 300, false), at("hello there", 0, 800, false)],
    "hello there",
  ],
  ["guesses after other words", ["Yes.", guess("how our"), guess("how are"), "how are you"], "Yes. how are you"],
  [
    "an equal word by chance, at another time",
    [at("that is the", 0, 900), at("the other one", 1500, 2400)],
    "that is the the other one",
  ],
  [
    "repeated words, told apart by their times",
    [at("no no no", 0, 900), at("no no thank you", 600, 1800)],
    "no no no no thank you",
  ],
  [
    "a seam heard differently",
    [at("hello world how our", 0, 2000), at("how are you", 1200, 3000)],
    "hello world how are you",
  ],
  [
    "a window within the one before",
    [at("one two three four", 0, 2000), at("two three", 500, 1400)],
    "one two three four",
  ],
])("%s", (_, segments, text) => {
  expect(joined(...segments)).toBe(text);
});

describe("after a final segment", () => {
  test("the same words are said again, unless their times say that they are the same", () => {
    const speaker = new SpeakerText();
    const add = (segment: Partial<Segment> & { text: string }) =>
      speaker.add({ start_ms: null, end_ms: null, final: null, ...segment });
    add({ text: "can you hear me" });
    expect(speaker.take()).toBe("can you hear me");
    speaker.seal();
    add({ text: "can you hear me" });
    expect(speaker.take()).toBe("can you hear me");
    add(at("yes I can", 1000, 2000, true));
    expect(speaker.take()).toBe("yes I can");
    speaker.seal();
    add(at("I can now", 1500, 2500));
    expect(speaker.take()).toBe("now");
  });

  test("a guess that goes on across what was given out adds only what is new", () => {
    const speaker = new SpeakerText();
    const add = (text: string) => speaker.add({ text, start_ms: null, end_ms: null, final: null });
    add("one two three");
    expect(speaker.take()).toBe("one two three");
    add("one two three four");
    expect(speaker.take()).toBe("four");
    add("three four five");
    expect(speaker.text()).toBe("five");
  });
});

/** Words of several scripts; those of a text are made distinct by a number where repetition would be ambiguous. */
const word = fc.constantFrom("hello", "Yes,", "no", "NO.", "café", "שלום", "مرحبا", "예약", "don't", "42", "🙂");
const space = { minLength: 1, maxLength: 60 };

/** Windows [from, to) over `length` words, each beginning at or before the end of the one before, and going on after it. */
const windowsOver = (length: number, overlap: number) =>
  fc
    .array(fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 8 })), { minLength: length, maxLength: length })
    .map((steps) => {
      const windows: [number, number][] = [];
      for (let end = 0, step = 0; end < length; step += 1) {
        const [back, on] = steps[step] ?? [0, 1];
        const from = Math.max(0, end - Math.max(overlap, back));
        const to = Math.min(length, end + on);
        windows.push([from, to]);
        end = to;
      }
      return windows;
    });

const distinct = fc.array(word, space).map((words) => words.map((text, index) => `${text}${index}`));
const cut = (words: fc.Arbitrary<string[]>, overlap: number) =>
  words.chain((all) => fc.tuple(fc.constant(all), windowsOver(all.length, overlap)));

test("a text of distinct words, cut into overlapping windows, is the text again", () => {
  fc.assert(
    fc.property(cut(distinct, 1), ([words, windows]) => {
      expect(joined(...windows.map(([from, to]) => words.slice(from, to).join(" ")))).toBe(words.join(" "));
    }),
  );
});

test("with the times of the words, so is any text, however often it repeats itself", () => {
  const few = fc.array(fc.constantFrom("no", "yes", "no!", "No"), space);
  const keys = (text: string) => text.toLowerCase().replaceAll(/[^a-z ]/g, "");
  fc.assert(
    fc.property(cut(few, 0), ([words, windows]) => {
      const segments = windows.map(([from, to]) => at(words.slice(from, to).join(" "), from * 200, to * 200));
      expect(keys(joined(...segments))).toBe(keys(words.join(" ")));
    }),
  );
});

test("a text without spaces, cut into overlapping windows, is the text again", () => {
  const characters = fc.uniqueArray(fc.integer({ min: 0x4e00, max: 0x9fa5 }), space);
  const text = characters.map((codes) => codes.map((code) => String.fromCodePoint(code)));
  fc.assert(
    fc.property(cut(text, 1), ([words, windows]) => {
      expect(joined(...windows.map(([from, to]) => words.slice(from, to).join("")))).toBe(words.join(""));
    }),
  );
});

test("a segment that grows, or is given twice, says nothing twice", () => {
  fc.assert(
    fc.property(distinct, (words) => {
      const growing = words.map((_, index) => words.slice(0, index + 1).join(" "));
      expect(joined(...growing.flatMap((text) => [text, text]))).toBe(words.join(" "));
      expect(joined(...growing.map(guess))).toBe(words.join(" "));
    }),
  );
});

test("no segment, however odd, loses a word of a final one or throws", () => {
  const segment = fc.record({
    text: fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(word).map((words) => words.join(" ")),
    ),
    start_ms: fc.option(fc.nat(10_000)),
    end_ms: fc.option(fc.nat(10_000)),
    final: fc.option(fc.boolean()),
  });
  fc.assert(
    fc.property(fc.array(segment), (segments) => {
      const speaker = new SpeakerText();
      speaker.add({ text: "said for good", start_ms: null, end_ms: null, final: true });
      let text = speaker.take();
      speaker.seal();
      for (const one of segments) {
        speaker.add(one);
        expect(speaker.characters).toBeGreaterThanOrEqual(speaker.text().length);
      }
      text += speaker.text();
      expect(text.startsWith("said for good")).toBe(true);
    }),
  );
});

/** An array that counts how often it is read. */
function counted(words: string[], count: { reads: number }): ArrayLike<string> {
  return new Proxy(words, {
    get(target, name, receiver) {
      if (typeof name === "string" && /^\d+$/.test(name)) count.reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
}

test("joining reads the transcript no further back than the segment is long", () => {
  const readsOf = (said: number, segment: number) => {
    const count = { reads: 0 };
    // The worst case of a search: everything nearly matches.
    const tail = counted(Array<string>(said).fill("no"), count);
    const head = counted([...Array<string>(segment - 1).fill("no"), "thanks"], count);
    overlapsOf(tail, 0, head);
    anchorOf(tail, Math.max(0, said - 2 * segment - 8), head);
    return count.reads;
  };
  expect(readsOf(1_000_000, 50)).toBe(readsOf(1000, 50));
  for (const segment of [10, 100, 1000]) expect(readsOf(100_000, segment)).toBeLessThan(40 * segment + 200);
});
