/** The waveform of a recording, by wavesurfer.js: the lazy chunk of whoever plays one. */
import WaveSurfer from "wavesurfer.js";
import { readAudio } from "./requests.ts";

/** A waveform is a picture: longer files play without one. */
const BYTES_MAX = 24 * 1024 * 1024;
/** Speech has its loudness below this rate; decoding at it keeps an hour within 115 MB. */
const SAMPLE_RATE = 8000;
const PEAKS = 800;

export interface Waveform {
  /** Takes the colours of the theme anew. */
  recolor(): void;
  destroy(): void;
}

/** Draws the waveform of what the player plays; null when its file is too large. Throws when it cannot be read or decoded. */
export async function drawWaveform(
  place: HTMLElement,
  media: HTMLAudioElement,
  signal: AbortSignal,
): Promise<Waveform | null> {
  const bytes = await readAudio(media.src, BYTES_MAX, signal);
  if (bytes === null) return null;
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(bytes);
  signal.throwIfAborted();
  const container = document.createElement("div");
  const surfer = WaveSurfer.create({
    container,
    media,
    peaks: [peaksOf(sound.getChannelData(0))],
    duration: sound.duration,
    height: 28,
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    cursorWidth: 0,
    normalize: true,
    ...colors(place),
  });
  adoptStyles(container);
  place.replaceChildren(container);
  return {
    recolor: () => surfer.setOptions(colors(place)),
    destroy: () => {
      surfer.destroy();
      container.remove();
    },
  };
}

/**
 * A strict CSP refuses the style element wavesurfer brings, but judges it only once it stands in the page: so it is
 * replaced by a constructed sheet before.
 */
function adoptStyles(container: HTMLElement): void {
  const root = container.firstElementChild?.shadowRoot;
  if (!root) return;
  root.adoptedStyleSheets = [...root.querySelectorAll("style")].map((style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style.textContent ?? "");
    style.remove();
    return sheet;
  });
}

/** The loudest sample of each of 800 stretches. */
function peaksOf(samples: Float32Array): Float32Array {
  const peaks = new Float32Array(Math.min(PEAKS, samples.length));
  for (let i = 0; i < peaks.length; i++) {
    const [from, to] = [i, i + 1].map((n) => Math.floor((n * samples.length) / peaks.length));
    let loudest = 0;
    for (let at = from ?? 0; at < (to ?? 0); at++) loudest = Math.max(loudest, Math.abs(samples[at] ?? 0));
    peaks[i] = loudest;
  }
  return peaks;
}

/** A canvas knows no custom properties: what they come to is read off elements. */
function colors(place: HTMLElement): { waveColor: string; progressColor: string } {
  const colorOf = (variable: string) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${variable})`;
    place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  return { waveColor: colorOf("--muted"), progressColor: colorOf("--accent") };
}
