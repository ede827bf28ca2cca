/** The kinds of `call-lake import`, each with its source. */
import { asteriskCdr } from "./asterisk-cdr.ts";
import { ava } from "./ava.ts";
import { chatHistory } from "./chat-history.ts";
import { conversations } from "./conversations.ts";
import { cosmos } from "./cosmos.ts";
import { ndjson } from "./own-records.ts";
import { parquet } from "./parquet.ts";
import { retell, vapi } from "./provider-calls.ts";
import type { Source } from "./source.ts";
import { userSessions } from "./user-sessions.ts";

export const KINDS = {
  conversations,
  ava,
  cosmos,
  "chat-history": chatHistory,
  "user-sessions": userSessions,
  "asterisk-cdr": asteriskCdr,
  vapi,
  retell,
  ndjson,
  parquet,
} as const satisfies Record<string, Source>;

export type Kind = keyof typeof KINDS;

export function isKind(name: string): name is Kind {
  return Object.hasOwn(KINDS, name);
}
