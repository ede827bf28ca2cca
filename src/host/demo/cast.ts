/** Who takes part in the demo: tenants, their contexts and languages, the providers with their latencies, the callers. */
import { Chance } from "./random.ts";

export interface Tenant {
  readonly client_id: string;
  readonly assistant_id: string;
  readonly called_number: string;
  readonly time_zone: string;
  readonly share: number;
  readonly contexts: readonly (readonly [string, number])[];
  readonly languages: readonly (readonly [string, number])[];
}

export const TENANTS: readonly Tenant[] = [
  {
    client_id: "metro-mobile",
    assistant_id: "mia",
    called_number: "+12025550110",
    time_zone: "America/New_York",
    share: 40,
    contexts: [
      ["support", 55],
      ["sales", 30],
      ["billing", 15],
    ],
    languages: [
      ["en", 80],
      ["es", 20],
    ],
  },
  {
    client_id: "alpine-energy",
    assistant_id: "anton",
    called_number: "+13035550120",
    time_zone: "Europe/Berlin",
    share: 25,
    contexts: [
      ["billing", 60],
      ["support", 40],
    ],
    languages: [
      ["de", 85],
      ["en", 15],
    ],
  },
  {
    client_id: "harbor-hotel",
    assistant_id: "hana",
    called_number: "+14155550130",
    time_zone: "Asia/Tokyo",
    share: 20,
    contexts: [["booking", 100]],
    languages: [
      ["en", 45],
      ["ja", 35],
      ["fr", 20],
    ],
  },
  {
    client_id: "citrus-clinic",
    assistant_id: "salma",
    called_number: "+16175550140",
    time_zone: "Asia/Dubai",
    share: 15,
    contexts: [["appointments", 100]],
    languages: [
      ["en", 55],
      ["ar", 45],
    ],
  },
];

export interface Provider {
  readonly name: string;
  readonly pipeline: string | null;
  readonly components: Readonly<Record<string, string>> | null;
  readonly share: number;
  /** Median ms of each stage; a speech-to-speech provider has only the whole. */
  readonly stages: { stt: number; llm: number; tts: number } | { e2e: number };
  readonly spread: number;
  readonly cost_per_minute: number;
  readonly audio: string;
}

export const PROVIDERS: readonly Provider[] = [
  {
    name: "openai_realtime",
    pipeline: null,
    components: null,
    share: 36,
    stages: { e2e: 640 },
    spread: 0.32,
    cost_per_minute: 0.18,
    audio: "ulaw",
  },
  {
    name: "deepgram",
    pipeline: "deepgram_agent",
    components: { stt: "nova-3", llm: "gpt-4o-mini", tts: "aura-2" },
    share: 27,
    stages: { stt: 140, llm: 430, tts: 190 },
    spread: 0.3,
    cost_per_minute: 0.075,
    audio: "ulaw",
  },
  {
    name: "local",
    pipeline: "local_hybrid",
    components: { stt: "vosk", llm: "ollama", tts: "piper" },
    share: 22,
    stages: { stt: 310, llm: 880, tts: 210 },
    spread: 0.42,
    cost_per_minute: 0.004,
    audio: "slin16",
  },
  {
    name: "elevenlabs",
    pipeline: "elevenlabs_agent",
    components: { stt: "scribe", llm: "gemini-2.0-flash", tts: "flash-v2.5" },
    share: 15,
    stages: { stt: 180, llm: 390, tts: 160 },
    spread: 0.28,
    cost_per_minute: 0.1,
    audio: "ulaw",
  },
];

export interface Caller {
  readonly number: string;
  readonly name: string | null;
}

const FIRST = {
  en: ["Alice", "James", "Maya", "Owen", "Priya", "Noah", "Grace", "Leo", "Ruth", "Daniel", "Chloe", "Samir"],
  de: ["Jürgen", "Käthe", "Björn", "Sabine", "Günter", "Anneliese", "Jörg", "Ute", "Sören", "Heike"],
  es: ["Lucía", "Andrés", "Inés", "Mateo", "Begoña", "Joaquín"],
  fr: ["Élodie", "François", "Chloé", "Jérôme", "Maëlle", "Benoît"],
  ja: ["陽菜", "健太", "美咲", "翔", "由美"],
  ar: ["ليلى", "يوسف", "مريم", "خالد", "نورة"],
} as const;
const LAST = {
  en: ["Nguyen", "Carter", "O'Neill", "Patel", "Brooks", "Kowalski", "Reyes", "Fischer", "Okafor", "Lindqvist"],
  de: ["Müller", "Groß", "Schäfer", "Köhler", "Weiß", "Böttcher", "Jäger", "Hübner"],
  es: ["Muñoz", "Peña", "Ibáñez", "Castaño", "Núñez"],
  fr: ["Lefèvre", "Gagné", "Côté", "Bérubé", "Hébert"],
  ja: ["佐藤", "鈴木", "高橋", "渡辺"],
  ar: ["حداد", "الفارسي", "منصور", "سالم"],
} as const;
const AREAS = [202, 206, 212, 213, 303, 305, 312, 404, 415, 503, 512, 602, 615, 617, 702, 713, 801, 816, 907, 919];

/** Callers of a language: 400 people, numbers from the range that is kept free for fiction (555-0100 to 555-0199). */
function people(language: keyof typeof FIRST): Caller[] {
  const chance = new Chance(`people ${language}`);
  return Array.from({ length: 400 }, () => {
    const number = `+1${chance.pick(AREAS)}55501${String(chance.whole(0, 99)).padStart(2, "0")}`;
    const order = language === "ja" ? [LAST, FIRST] : [FIRST, LAST];
    const name = order.map((part) => chance.pick<string>(part?.[language] ?? [])).join(" ");
    return { number, name: chance.is(0.8) ? name : null };
  });
}

const CALLERS = new Map(
  (Object.keys(FIRST) as (keyof typeof FIRST)[]).map((language) => [language as string, people(language)]),
);

/** Somebody who speaks the language; a few people call often. */
export function callerFor(language: string, chance: Chance): Caller {
  const all = CALLERS.get(language) ?? [];
  return all[chance.regular(all.length)] ?? { number: "+12025550100", name: null };
}
