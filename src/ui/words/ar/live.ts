/** Arabic words of the live calls. */
import type { live as English } from "../en/live.ts";
import { pluralOf } from "../plural.ts";

const plural = pluralOf("ar");

export const live: typeof English = {
  live: {
    label: "المكالمات الجارية",
    loading: "جارٍ تحميل المكالمات الجارية",
    count: (n, text) =>
      plural(n, {
        zero: "لا مكالمات جارية",
        one: "مكالمة جارية واحدة",
        two: "مكالمتان جاريتان",
        few: `${text} مكالمات جارية`,
        many: `${text} مكالمة جارية`,
        other: `${text} مكالمة جارية`,
      }),
    shown: (shown, total) => `المعروض ${shown} من ${total}`,
    more: (n) => `عرض ${n} أخرى`,
    connection: {
      connecting: "جارٍ الاتصال",
      open: "مباشر",
      waiting: "انقطع الاتصال. تتكرر المحاولة؛ قد يكون المعروض قديمًا.",
    },
    emptyTitle: "لا مكالمة جارية",
    empty: "تظهر المكالمة هنا لحظة بدئها.",
    emptyFiltered: "لا مكالمة جارية تطابق المرشّح.",
    errorTitle: "تعذّر تحميل المكالمات الجارية",
    notApplied: (names) => `لا يسري على المكالمات الجارية: ${names}.`,
    status: { starting: "تبدأ", active: "جارية" },
    ended: "انتهت",
    outcomeUnknown: "انتهت",
    openCall: "فتح المكالمة",
    select: (caller) => `عرض ما يقال في مكالمة ${caller}`,
    nothingSaid: "لم يُقل شيء بعد",
    hidden: "الكلام مخفي",
    speaks: "يتحدث",
    speakers: { user: "المتصل", assistant: "الوكيل", system: "النظام", tool: "الأداة" },
    turns: (n, text) =>
      plural(n, {
        zero: "بلا أدوار",
        one: "دور واحد",
        two: "دوران",
        few: `${text} أدوار`,
        many: `${text} دورًا`,
        other: `${text} دور`,
      }),
    latency: (text) => `${text} لكل دور`,
    latencyTitle: "متوسط تأخير الأدوار حتى الآن",
    tools: (n, text) =>
      plural(n, {
        zero: "بلا أدوات",
        one: "استدعاء أداة واحد",
        two: "استدعاءا أدوات",
        few: `${text} استدعاءات أدوات`,
        many: `${text} استدعاء أداة`,
        other: `${text} استدعاء أداة`,
      }),
    failed: (text) => `أخفقت: ${text}`,
    bargeIns: (n, text) =>
      plural(n, {
        zero: "بلا مقاطعات",
        one: "مقاطعة واحدة",
        two: "مقاطعتان",
        few: `${text} مقاطعات`,
        many: `${text} مقاطعة`,
        other: `${text} مقاطعة`,
      }),
    interrupted: "قوطع",
    transcript: "النص",
    choose: "اختر مكالمة لمتابعة نصها.",
    noTranscript: "لا يحق لك رؤية ما يقال. يتطلّب ذلك الصلاحية calls.read_pii.",
    transcriptFailed: "تعذّر تحميل ما قيل من قبل.",
    earlier: (n) => `عرض ${n} أسبق`,
    newest: "الانتقال إلى الأحدث",
    close: "إغلاق النص",
    end: "إنهاء المكالمة",
    endTitle: "إنهاء هذه المكالمة؟",
    endText: (caller) => `تُنهى مكالمة ${caller} فورًا. لا رجعة في ذلك.`,
    endYes: "إنهاء المكالمة",
    endNo: "الإبقاء عليها",
    ending: "جارٍ الإنهاء",
    endAsked: "طُلب من المحرّك إنهاء المكالمة.",
    cannotEnd: "لا يتيح محرّكها إنهاءها من هنا.",
  },
};
