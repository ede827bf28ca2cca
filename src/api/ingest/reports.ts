/** Turns the messages of a device fleet into calls: a session is a call that nobody ends but its timeout. */
import { instantMs, isoOf } from "../../record/time.ts";
import type { ReportResult } from "../contract.ts";
import { ApiError } from "../errors.ts";
import type { Intake } from "./intake.ts";
import type { Device, ReportOptions } from "./report-options.ts";
import type { Report } from "./report-schema.ts";
import { inOrder, lateMessages, ReportSession, type Said } from "./report-session.ts";

const SOURCE = "report";
const SWEEP_MIN = 64;
const SILENT = { ended_reason: "session_timeout", ended_by: "system", graceful: true } as const;
const AUDIO_MS_MAX = 10_000;
/** Sessions with messages that overtook each other are looked at this often, until they are over. */
const ORDER_MS = 1000;

interface Told {
  readonly report: Report;
  readonly device: Device;
  readonly said: Said;
}

export class Reports {
  readonly #intake: Intake;
  readonly #options: ReportOptions;
  readonly #log: (message: string) => void;
  readonly #sessions = new Map<string, ReportSession>();
  #sweepAt = SWEEP_MIN;
  /** Sessions whose record is to be brought into order once they are over. */
  readonly #overtaken = new Map<string, ReportSession>();
  #order: NodeJS.Timeout | undefined;

  constructor(intake: Intake, options: ReportOptions, log: (message: string) => void) {
    this.#intake = intake;
    this.#options = options;
    this.#log = log;
  }

  /** An answer for each message, in their order. Throws a 503 when the disk takes nothing: then none was answered. */
  async take(reports: readonly Report[]): Promise<ReportResult[]> {
    const now = Date.now();
    const results: ReportResult[] = [];
    const bySession = new Map<string, { at: number; told: Told }[]>();
    for (const [at, report] of reports.entries()) {
      const device = await this.#options.device(report.macAddress);
      if (!device) {
        const message = `The device ${report.macAddress} is not known here.`;
        results[at] = { error: { code: "not_found", message, field: "macAddress" } };
        continue;
      }
      const time = typeof report.reportTime === "number" ? report.reportTime * 1000 : now;
      const said = { role: report.chatType === 1 ? "user" : "assistant", content: report.content, at: time } as const;
      const list = bySession.get(report.sessionId) ?? [];
      bySession.set(report.sessionId, [...list, { at, told: { report, device, said } }]);
    }
    await Promise.all(
      [...bySession].map(async ([call_id, list]) => {
        // A batch is sorted before it is taken: within it, order is known.
        const told = inOrder(list.map(({ at, told }) => ({ at: told.said.at, place: at, told })));
        const taken = await this.#intake.alone({ source: SOURCE, call_id }, () =>
          this.#takeSession(
            call_id,
            told.map((one) => one.told),
          ),
        );
        for (const [n, one] of told.entries()) results[one.place] = taken[n] as ReportResult;
      }),
    );
    return results;
  }

  async #takeSession(call_id: string, told: readonly Told[]): Promise<ReportResult[]> {
    const [first] = told;
    if (!first) return [];
    let session = this.#sessions.get(call_id) ?? null;
    if (session?.call.ended) {
      this.#sessions.delete(call_id);
      session = null;
    }
    session ??= this.#recovered(call_id);
    if (session) return this.#takeLive(session, call_id, told);
    const { record, open } = await this.#intake.find({ source: SOURCE, call_id }, first.said.at);
    const known = record ?? open?.started;
    if (known) {
      const mine = told.filter((one) =>
        isOf(one, { mac: known.device_id ?? null, client_id: known.client_id ?? null }),
      );
      if (record) return this.#takeLate(record, call_id, told, new Set(mine));
      if (mine.length === 0) return told.map(() => taken(call_id));
    }
    return this.#takeLive(this.#begin(call_id, first), call_id, told);
  }

  #begin(call_id: string, { report, device, said }: Told): ReportSession {
    const client_id = device.client_id ?? null;
    const call = this.#intake.history.startCall({
      source: SOURCE,
      call_id,
      session_id: call_id,
      start_time: said.at,
      device_id: report.macAddress,
      assistant_id: device.assistant_id,
      client_id,
    });
    return this.#keep(call_id, new ReportSession(call, { mac: report.macAddress, client_id }, [], []));
  }

  /** A session that was open when the backend died. */
  #recovered(call_id: string): ReportSession | null {
    const name = { source: SOURCE, call_id };
    const call = this.#intake.openCall(name);
    const recovered = call ? this.#intake.takeRecovered(name) : null;
    if (!call || !recovered) return null;
    const { started, conversation } = recovered;
    const owner = { mac: started.device_id ?? "", client_id: started.client_id ?? null };
    return this.#keep(call_id, new ReportSession(call, owner, conversation, started.recordings ?? []));
  }

  async #takeLive(session: ReportSession, call_id: string, told: readonly Told[]): Promise<ReportResult[]> {
    const results: ReportResult[] = [];
    for (const one of told) {
      if (!isOf(one, session)) {
        results.push(taken(call_id));
        continue;
      }
      const isNew = one.said.content.trim() === "" ? false : session.add(one.said);
      const { audio, url } = await this.#audioOf(one, isNew);
      if (url !== null) {
        session.recordings.push(url);
        session.call.set({ recordings: [...session.recordings] });
      }
      results.push({ id: session.call.id, durable: true, repeated: !isNew, audio });
    }
    await this.#intake.flush();
    if (session.overtaken) {
      this.#overtaken.set(call_id, session);
      this.#order ??= setInterval(() => this.#bringIntoOrder(), ORDER_MS).unref();
    }
    return results;
  }

  /** The journal has messages as they came; the record of a session that is over gets them as they were said. */
  #bringIntoOrder(): void {
    for (const [call_id, { call }] of this.#overtaken) {
      if (!call.ended) continue;
      this.#overtaken.delete(call_id);
      const name = { source: SOURCE, call_id };
      const ordered = this.#intake.alone(name, async () => {
        const { record } = await this.#intake.find(name, Date.now());
        if (record?.id !== call.id) return;
        const { start_time, conversation } = record;
        await this.#intake.revise(record, { ...name, start_time, conversation: inOrder(conversation ?? []) });
      });
      ordered.catch((error) => this.#log(`The messages of ${call_id} stay in the order in which they came: ${error}`));
    }
    if (this.#overtaken.size > 0) return;
    clearInterval(this.#order);
    this.#order = undefined;
  }

  /** The session has its record already: its next revision has all messages, in the order of their times. */
  async #takeLate(
    record: NonNullable<Awaited<ReturnType<Intake["find"]>>["record"]>,
    call_id: string,
    told: readonly Told[],
    mine: ReadonlySet<Told>,
  ): Promise<ReportResult[]> {
    const said = told.filter((one) => mine.has(one) && one.said.content.trim() !== "");
    const { late, conversation } = lateMessages(
      record,
      said.map((one) => one.said),
    );
    const recordings = [...(record.recordings ?? [])];
    const results: ReportResult[] = [];
    for (const one of told) {
      const isNew = late.includes(one.said);
      const { audio, url } = await this.#audioOf(one, isNew);
      if (url !== null) recordings.push(url);
      results.push(mine.has(one) ? { id: record.id, durable: true, repeated: !isNew, audio } : taken(call_id));
    }
    if (late.length === 0) return results;
    const last = Math.max(...late.map(({ at }) => at), instantMs(record.end_time) ?? 0);
    const { source, start_time } = record;
    // No session has an end of its own: one that was lost with its backend has none either.
    const lost = record.outcome === "lost";
    const { ended_reason, ended_by, graceful } = lost ? SILENT : record;
    await this.#intake.revise(record, {
      ...{ source, call_id, start_time, ended_reason, ended_by, graceful, conversation },
      end_time: isoOf(last),
      ...(recordings.length > 0 ? { recordings } : {}),
    });
    return results;
  }

  /** Audio is kept where the host gives a place for it, and never holds back what was said. */
  async #audioOf({ report, said }: Told, isNew: boolean) {
    const { keepAudio } = this.#options;
    if (!report.audioBase64) return { audio: "none" as const, url: null };
    if (!keepAudio || !isNew) return { audio: "not_kept" as const, url: null };
    const bytes = Buffer.from(report.audioBase64, "base64");
    try {
      const clip = { mac: report.macAddress, session_id: report.sessionId, at: said.at, bytes };
      const url = await inTime(keepAudio(clip), AUDIO_MS_MAX);
      if (typeof url !== "string" || !/^(?:https?:\/)?\/[^\s]*$/i.test(url))
        return { audio: "not_kept" as const, url: null };
      return { audio: "kept" as const, url: { url, channel: said.role, duration_seconds: null, expires_at: null } };
    } catch (error) {
      this.#log(`The audio of a message was not kept: ${error instanceof Error ? error.message : String(error)}`);
      return { audio: "not_kept" as const, url: null };
    }
  }

  #keep(call_id: string, session: ReportSession): ReportSession {
    if (this.#sessions.size >= this.#sweepAt) {
      for (const [name, { call }] of this.#sessions) if (call.ended) this.#sessions.delete(name);
      this.#sweepAt = Math.max(SWEEP_MIN, this.#sessions.size * 2);
    }
    this.#sessions.set(call_id, session);
    return session;
  }
}

/** Whether a message is of the device and the tenant that began the session. */
function isOf({ report, device }: Told, owner: { mac: string | null; client_id: string | null }): boolean {
  return report.macAddress === owner.mac && (device.client_id ?? null) === owner.client_id;
}

function taken(call_id: string): ReportResult {
  const message = `The sessionId ${JSON.stringify(call_id.slice(0, 80))} is another device's.`;
  return { error: { code: "conflict", message, field: "sessionId" } };
}

async function inTime<T>(waiting: Promise<T>, msMax: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError(503, "unavailable", `It took more than ${msMax} ms.`)), msMax);
  });
  return Promise.race([waiting, late]).finally(() => clearTimeout(timer));
}
