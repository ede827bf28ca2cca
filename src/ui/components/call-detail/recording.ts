/** `<call-lake-recording>` (internal): plays a call's recording, which is not asked for before somebody wants to hear it. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail } from "../../../api/contract.ts";
import { type Formats, offset } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { playableUrl, type RecordingState, type RecordingUrl, recordingState } from "./recording-state.ts";
import { recordingStyles } from "./recording-styles.ts";
import type { Waveform } from "./waveform.ts";
import { wordOf } from "./word-of.ts";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;

export class CallRecording extends SpeakingElement {
  static override styles = [...shared, recordingStyles];

  @property({ attribute: false }) call!: CallDetail;
  /** The host's own way from a recording to an address. */
  @property({ attribute: false }) recordingUrl: RecordingUrl | undefined;
  @property({ attribute: false }) formats!: Formats;
  @property() theme = "auto";

  @state() private chosen = 0;
  @state() private failed = false;
  @state() private playing = false;
  @state() private loading = false;
  @state() private seconds = 0;
  @state() private length: number | null = null;
  @state() private follow = true;

  #audio: HTMLAudioElement | null = null;
  #opened: Promise<HTMLAudioElement | null> | null = null;
  #waveform: Waveform | null = null;
  #drawing: AbortController | null = null;
  #state: RecordingState = { kind: "none" };
  #wasPlayable = false;
  #dark = matchMedia("(prefers-color-scheme: dark)");

  /** Whether there is something to hear. */
  get playable(): boolean {
    return this.#state.kind === "ready" && !this.failed;
  }

  /** Plays from there; `at` gets the recording's length in seconds, if it is known. */
  async playFrom(at: (length: number | null) => number): Promise<void> {
    const audio = await this.#ready();
    if (!audio) return;
    audio.currentTime = Math.max(0, at(this.length));
    await this.#play(audio);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener("change", this.#recolor);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener("change", this.#recolor);
    this.#leave();
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const before = changed.get("call") as CallDetail | undefined;
    if (before && JSON.stringify(before.recordings) !== JSON.stringify(this.call.recordings)) {
      this.#leave();
      this.chosen = 0;
    }
    const recording = this.#recordings[this.chosen];
    this.#state = recordingState(recording, document.baseURI, Date.now(), this.recordingUrl !== undefined);
    if (!this.#audio) this.length = recording?.duration_seconds ?? null;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("theme")) this.#recolor();
    if (this.playable === this.#wasPlayable) return;
    this.#wasPlayable = this.playable;
    this.dispatchEvent(new CustomEvent("recording-ready"));
  }

  override render(): TemplateResult {
    const w = words.recording;
    return html`<section class="root inner ${this.theme}" aria-label=${w.label}>
      ${this.#which()} ${this.playable ? this.#player() : html`<p class="muted">${this.#absence()}</p>`}
    </section>`;
  }

  get #recordings() {
    return this.call.recordings ?? [];
  }

  #recolor = (): void => this.#waveform?.recolor();

  #absence(): TemplateResult | string {
    const w = words.recording;
    const told = this.#state;
    switch (told.kind) {
      case "none":
        return w.none;
      case "processing":
        return w.processing;
      case "expired":
        return w.expired(this.formats.fullTime(told.at));
      case "refused":
        return html`${w.refused} <bdi class="mono">${told.url.slice(0, 500)}</bdi>`;
      case "ready":
        return html`<span role="alert">${w.missing}</span> <bdi class="mono">${told.src.slice(0, 500)}</bdi>`;
    }
  }

  #which(): TemplateResult | typeof nothing {
    const all = this.#recordings;
    if (all.length < 2) return nothing;
    const w = words.recording;
    return html`<select
      class="field"
      aria-label=${w.which}
      @change=${(event: Event) => {
        this.#leave();
        this.chosen = (event.target as HTMLSelectElement).selectedIndex;
      }}
    >
      ${all.map(({ channel }, i) => {
        const name = channel ? wordOf(words.transcript.roles, channel) : "";
        return html`<option ?selected=${i === this.chosen}>${w.nth(this.formats.integer(i + 1))}${name ? ` · ${name}` : nothing}</option>`;
      })}
    </select>`;
  }

  #player(): TemplateResult {
    const w = words.recording;
    const { length, seconds } = this;
    const expires = this.#recordings[this.chosen]?.expires_at ?? null;
    return html`<button class="button play" type="button" aria-label=${this.playing ? w.pause : w.play} @click=${this.#toggle}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d=${this.playing ? "M5.5 3.5v9M10.5 3.5v9" : "M5 3.2l7.5 4.8L5 12.8z"}></path>
        </svg>
      </button>
      <div class="track">
        <div class="wave" aria-hidden="true"></div>
        <input
          type="range"
          min="0"
          step="0.1"
          max=${length ?? 0}
          .value=${String(seconds)}
          ?disabled=${length === null}
          aria-label=${w.position}
          aria-valuetext=${offset(seconds * 1000)}
          @input=${(event: Event) => void this.#seek(Number((event.target as HTMLInputElement).value))}
        />
      </div>
      <span class="clock muted" role="timer" aria-live="off"
        >${this.loading ? html`<span class="hidden" role="status">${w.loading}</span>` : nothing}${offset(seconds * 1000)} /
        ${length === null ? "–" : offset(length * 1000)}</span
      >
      <select class="field" aria-label=${w.speed} @change=${this.#speed}>
        ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === 1}>${speed}×</option>`)}
      </select>
      <label class="follow"
        ><input
          type="checkbox"
          .checked=${this.follow}
          @change=${(event: Event) => {
            this.follow = (event.target as HTMLInputElement).checked;
          }}
        />${w.follow}</label
      >
      ${expires === null ? nothing : html`<span class="muted note">${w.until(this.formats.fullTime(expires))}</span>`}`;
  }

  #toggle = async (): Promise<void> => {
    if (this.playing) return this.#audio?.pause();
    const audio = await this.#ready();
    if (audio) await this.#play(audio);
  };

  async #seek(seconds: number): Promise<void> {
    const audio = await this.#ready();
    if (audio) audio.currentTime = seconds;
  }

  #speed = async (event: Event): Promise<void> => {
    const speed = Number((event.target as HTMLSelectElement).value);
    const audio = await this.#ready();
    if (audio) audio.playbackRate = speed;
  };

  async #play(audio: HTMLAudioElement): Promise<void> {
    // A refusal is told by the error event; a pause while it loads is none.
    await audio.play().catch(() => {});
  }

  /** The player of the chosen recording; its address is asked from here on, and never before. */
  async #ready(): Promise<HTMLAudioElement | null> {
    if (this.#state.kind !== "ready" || this.failed) return null;
    this.#opened ??= this.#open(this.#state.src);
    return this.#opened;
  }

  async #open(src: string): Promise<HTMLAudioElement | null> {
    const audio = new Audio();
    this.#audio = audio;
    this.loading = true;
    audio.preload = "metadata";
    const mine = (run: () => void) => () => {
      if (this.#audio === audio) run();
    };
    audio.addEventListener(
      "loadedmetadata",
      mine(() => {
        this.loading = false;
        if (Number.isFinite(audio.duration)) this.length = audio.duration;
        void this.#draw(audio);
      }),
    );
    audio.addEventListener(
      "error",
      mine(() => this.#fail()),
    );
    for (const name of ["play", "pause", "ended"]) {
      audio.addEventListener(
        name,
        mine(() => {
          this.playing = !audio.paused && !audio.ended;
        }),
      );
    }
    for (const name of ["timeupdate", "seeking"])
      audio.addEventListener(
        name,
        mine(() => this.#tell(audio)),
      );
    const address = this.recordingUrl ? await this.#hosted(this.recordingUrl) : src;
    if (this.#audio !== audio) return null;
    if (address === null) {
      this.#fail();
      return null;
    }
    audio.src = address;
    return audio;
  }

  /** What the host makes of the recording; null where it makes nothing that can be played. */
  async #hosted(recordingUrl: RecordingUrl): Promise<string | null> {
    const recording = this.#recordings[this.chosen];
    try {
      const given: unknown = recording && (await recordingUrl(this.call, recording));
      return typeof given === "string" && given !== "" ? playableUrl(given, document.baseURI) : null;
    } catch {
      return null;
    }
  }

  #tell(audio: HTMLAudioElement): void {
    this.seconds = audio.currentTime;
    const { seconds, length, follow } = this;
    this.dispatchEvent(
      new CustomEvent("recording-time", { detail: { seconds, length, follow: follow && this.playing } }),
    );
  }

  /** The waveform is decoration: without it (another server's rules, a file too long) the recording still plays. */
  async #draw(audio: HTMLAudioElement): Promise<void> {
    this.#drawing = new AbortController();
    const { signal } = this.#drawing;
    const place = this.renderRoot.querySelector<HTMLElement>(".wave");
    if (!place) return;
    try {
      const { drawWaveform } = await import("./waveform.ts");
      const drawn = await drawWaveform(place, audio, signal);
      if (signal.aborted) drawn?.destroy();
      else this.#waveform = drawn;
    } catch {
      // Nothing is drawn.
    }
  }

  #fail(): void {
    this.#leave();
    this.failed = true;
  }

  #leave(): void {
    this.#drawing?.abort();
    this.#waveform?.destroy();
    this.#waveform = null;
    const audio = this.#audio;
    this.#audio = null;
    this.#opened = null;
    audio?.pause();
    audio?.removeAttribute("src");
    audio?.load();
    Object.assign(this, { failed: false, playing: false, loading: false, seconds: 0 });
  }
}

define("call-lake-recording", CallRecording);
