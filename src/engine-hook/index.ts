/** The engine's side: captures calls without touching live audio. No dependency, no native code. */
export {
  type AriAttachment,
  type AriClientLike,
  type AriOptions,
  type AriStats,
  attachAri,
} from "./adapters/asterisk.ts";
export { fromElevenLabs } from "./adapters/elevenlabs.ts";
export { attachLiveKit, fromLiveKitReport, type LiveKitAttachment, type LiveKitOptions } from "./adapters/livekit.ts";
export { attachRealtime, type RealtimeAttachment, type RealtimeOptions } from "./adapters/realtime.ts";
export { fromRetell } from "./adapters/retell.ts";
export { fromVapi } from "./adapters/vapi.ts";
export { CallHistory, type HistoryEvents, type HistoryStats, openCallHistory } from "./history.ts";
export type {
  Call,
  CallControl,
  CallEnd,
  CallStart,
  MessageInput,
  Receipt,
  RecordInput,
  RecoveredCall,
  SegmentInput,
  Time,
  ToolCallInput,
  TurnInput,
} from "./inputs.ts";
export type { CallHistoryOptions } from "./options.ts";
