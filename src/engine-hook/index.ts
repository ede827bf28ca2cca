/** The engine's side: captures calls without touching live audio. No dependency, no native code. */
export { type Call, CallHistory, type HistoryEvents, type HistoryStats, openCallHistory } from "./history.ts";
export type {
  CallEnd,
  CallStart,
  MessageInput,
  Receipt,
  RecordInput,
  Time,
  ToolCallInput,
  TurnInput,
} from "./inputs.ts";
export type { CallHistoryOptions } from "./options.ts";
