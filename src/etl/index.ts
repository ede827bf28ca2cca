/** call-lake/etl: journal to lake, and what keeps the lake in order. */

export { recordExport } from "./access.ts";
export { addRecords } from "./add-records.ts";
export { type Receipt, readReceipts } from "./audit.ts";
export { type BackupOptions, type BackupReport, backup } from "./backup.ts";
export { type CompactOptions, type CompactReport, compact } from "./compact.ts";
export { type Check, type DoctorOptions, doctor } from "./doctor.ts";
export { type EraseBy, type EraseReceipt, type EraseRequest, erase } from "./erase.ts";
export { addHold, type Hold, listHolds, removeHold } from "./holds.ts";
export type { JobOptions } from "./job.ts";
export { type Person, personSql } from "./person.ts";
export { type EtlProcess, type EtlProcessOptions, startEtlProcess } from "./process.ts";
export { type PublishReport, publish } from "./publish.ts";
export { setAside } from "./quarantine.ts";
export { type RecoverReport, recover } from "./recover.ts";
export { type RestoreOptions, type RestoreReport, restore } from "./restore.ts";
export { type RetainLimits, type RetainReport, retain } from "./retain.ts";
export { expiryIn } from "./rules.ts";
export { type EtlOptions, publishNow, runEtl } from "./run.ts";
export { type VerifyReport, verify } from "./verify.ts";
