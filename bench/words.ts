/** Words for made calls: a vocabulary of realistic size with Zipf-like frequencies, in four languages, as fragments of sentences. */

/** Languages in the order of their fragments, with the share of calls each has. */
export const LANGUAGES = [
  { tag: "en", share: 0.7, fragments: 40_000 },
  { tag: "de", share: 0.15, fragments: 16_000 },
  { tag: "es", share: 0.1, fragments: 12_000 },
  { tag: "zh", share: 0.05, fragments: 8_000 },
] as const;

type Tag = (typeof LANGUAGES)[number]["tag"];

/** The most frequent words; the rest of the vocabulary is made of syllables. */
const HEAD: { readonly [T in Tag]: string } = {
  en: `the to i you a is my and it for of can on in please that your we have with yes no order not this at me was
    thank will be would like are do call what number delivery date one moment let check appointment name tomorrow
    today invoice address refund help right see speak someone account payment when time morning afternoon problem
    working phone email send change cancel week price room booking table available doctor insurance password card
    broken again still waiting hold agent human message back open close hours street door manager`,
  de: `die der ich und das ist sie nicht ein zu für mit auf es bitte den haben wir mein kann ja nein Termin Rechnung
    Bestellung Nummer heute morgen Uhr Straße München Köln Grüße schön können möchte würde Lieferung Adresse Name
    vielen Dank Anruf später früher geöffnet geschlossen Größe Tür Schlüssel Gebühr zurück über Österreich Zürich`,
  es: `de la que el en y a los se no un por con una su para es al lo como más pero sí número pedido mañana cita
    factura dirección teléfono gracias señor señora ayuda cambiar cancelar también cuándo está año niño habitación
    avión corazón médico`,
  zh: `您好 请问 我想 预约 明天 上午 下午 订单 号码 地址 谢谢 可以 没有 问题 电话 时间 帮助 取消 修改 发票 付款 退款 医生 房间
    今天 什么 时候 需要 一个 我们 他们 已经 收到 快递 北京 上海 经理 稍等 好的 不是 是的 客服 转接 姓名 身份 确认 价格 保险 密码 账户`,
};
const SYLLABLES: { readonly [T in Tag]: string } = {
  en: "ba be bo ca ce co da den dor el fa fen gar gle har hin is jo kel la len lo mar men nor ol pa pen qui ra ren ro sa sen sor ta ten tor un va ven win yor za",
  de: "ab ach au ber bläu burg dä der ein fahr fell ge grün hau heim kä keit kö lich lö mal mün nä ober prü rück schaf stel strö tag trä über um ver wä werk zei zü",
  es: "ba ca cho ción da de dor el ería fa ga gua ha illo ja la lle ma men na ño o pa que ra rro sa sión ta ti tos va ve yo za",
  zh: "天 地 人 山 水 火 木 金 土 日 月 星 云 雨 风 花 草 树 石 海 江 河 湖 城 市 乡 村 路 桥 门 窗 车 船 书 笔 纸 茶 米 面 果",
};
const VOCABULARY: { readonly [T in Tag]: number } = { en: 30_000, de: 20_000, es: 12_000, zh: 6_000 };

/** All fragments, language after language. The same each time. */
export function fragments(): string[] {
  return LANGUAGES.flatMap(({ tag, fragments: count }) => {
    const random = randomOf(tag.charCodeAt(0) * 7919);
    const words = vocabulary(tag);
    // Zipf by inversion: rank = size^u has frequencies that fall as 1 / rank.
    const word = () => words[Math.floor(words.length ** random()) - 1] ?? "";
    return Array.from({ length: count }, () =>
      Array.from({ length: 2 + Math.floor(random() * 5) }, word).join(tag === "zh" ? "" : " "),
    );
  });
}

function vocabulary(tag: Tag): string[] {
  const words = new Set(HEAD[tag].split(/\s+/));
  const syllables = SYLLABLES[tag].split(" ");
  const random = randomOf(tag.charCodeAt(1));
  while (words.size < VOCABULARY[tag]) {
    const length = 2 + Math.floor(random() * 3);
    words.add(Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]).join(""));
  }
  return [...words];
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
