/** Texts of a session table that hold lists: a transcript with its speakers, and Postgres' text[] literals. */

const SPEAKERS: Readonly<Record<string, string>> = {
  ...{ ai: "assistant", assistant: "assistant", agent: "assistant", bot: "assistant" },
  ...{ user: "user", customer: "user", caller: "user", human: "user" },
};
const SPOKEN = /^\s*([A-Za-z]+)\s*:\s?(.*)$/;

/** The messages of a transcript: a line with a speaker begins one. Without speakers it is one message of nobody known. */
export function wordsOf(transcript: string | null) {
  if (transcript === null || transcript.trim() === "") return null;
  const messages: { role: string; content: string }[] = [];
  for (const line of transcript.split(/\r?\n/)) {
    const [, speaker = "", said = ""] = SPOKEN.exec(line) ?? [];
    const role = SPEAKERS[speaker.toLowerCase()];
    const last = messages.at(-1);
    if (role !== undefined) messages.push({ role, content: said });
    else if (last) last.content += `\n${line}`;
    else messages.push({ role: "unknown", content: line });
  }
  return messages
    .map(({ role, content }) => ({ role, content: content.trim() }))
    .filter(({ content }) => content !== "");
}

/** The texts of a literal such as {a,"b, c",NULL}, or of a JSON array; a plain text is one of them. */
export function textsOf(literal: string | null): string[] | null {
  const text = literal?.trim() ?? "";
  if (text === "") return null;
  if (text.startsWith("[")) {
    try {
      const value: unknown = JSON.parse(text);
      if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
    } catch {
      return [text];
    }
  }
  if (!text.startsWith("{") || !text.endsWith("}")) return [text];
  const texts: string[] = [];
  for (const [, quoted, plain] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,"]+)/g)) {
    if (quoted !== undefined) texts.push(quoted.replace(/\\(.)/gs, "$1"));
    else if (plain !== undefined && plain.trim() !== "" && plain.trim() !== "NULL") texts.push(plain.trim());
  }
  return texts;
}
