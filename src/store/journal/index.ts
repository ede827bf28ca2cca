/** The journal: what the engine's process writes and everybody else reads. docs/journal-format.md says how. */
export { CallFold, lostRecord } from "./fold.ts";
export { JournalFollower } from "./follower.ts";
export { decodeLine, encodeLine, type JournalLine } from "./line.ts";
export {
  isSealed,
  listSegments,
  listWriters,
  readSegment,
  removeSegment,
  removeWriter,
  requestRotation,
  sealWriter,
  writerIsGone,
} from "./reader.ts";
