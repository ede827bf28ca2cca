/** What is said in the demo: one dialogue per context and language, with slots in braces and tool calls in between. */

export type Step =
  | { readonly kind: "user" | "assistant"; readonly text: string }
  | { readonly kind: "tool"; readonly name: string; readonly params: string; readonly result: string };

export interface Script {
  readonly context: string;
  readonly language: string;
  readonly greeting: string;
  readonly steps: readonly Step[];
  readonly summary: string;
  readonly topic: string;
}

/** `A` and `U` speak; `T name {params} -> {result}` is a tool call. The first line is the greeting. */
function script(context: string, language: string, topic: string, summary: string, text: string): Script {
  const steps = text
    .trim()
    .split("\n")
    .map((line): Step => {
      const said = /^\s*([AU]): (.*)$/.exec(line);
      if (said) return { kind: said[1] === "A" ? "assistant" : "user", text: said[2] ?? "" };
      const tool = /^\s*T: (\w+) (\{.*\}) -> (\{.*\})$/.exec(line);
      if (!tool) throw new SyntaxError(`A line of a demo script is neither speech nor tool: ${line}`);
      return { kind: "tool", name: tool[1] ?? "", params: tool[2] ?? "{}", result: tool[3] ?? "{}" };
    });
  const first = steps[0];
  if (first?.kind !== "assistant") throw new SyntaxError(`The demo script ${context}/${language} has no greeting.`);
  return { context, language, greeting: first.text, steps: steps.slice(1), summary, topic };
}

export const SCRIPTS: readonly Script[] = [
  script(
    "support",
    "en",
    "router_offline",
    "Router was offline after a storm; restarted remotely, caller confirmed it works.",
    `
    A: Metro Mobile, this is Mia. How can I help?
    U: My internet has been down since {hour} and I work from home.
    A: I'm sorry about that. May I have your customer number?
    U: It's {customer}.
    T: lookup_customer {"customer_id":"{customer}"} -> {"plan":"Fiber 500","status":"active"}
    T: line_diagnostics {"customer_id":"{customer}"} -> {"modem":"offline","last_seen_minutes":{n}}
    A: Thank you. Your modem went offline {n} minutes ago. I can restart it from here, it takes about a minute. Shall I?
    U: Yes please, go ahead.
    T: restart_modem {"customer_id":"{customer}"} -> {"accepted":true}
    A: It is restarting now. Do the lights come back on?
    U: The first one is green … and now the second. Okay, it's loading pages again.
    A: Great. If it drops again today, call back and mention ticket {ticket}.
    U: Will do, thanks a lot.`,
  ),
  script(
    "support",
    "en",
    "roaming",
    "Caller asked for roaming in Canada; a day pass was activated.",
    `
    A: Metro Mobile, this is Mia. How can I help?
    U: Hi, I'm crossing into Canada on {weekday}. Will my data work there?
    A: It will. Your plan charges per megabyte abroad; a day pass with 2 GB is {price} dollars.
    U: Okay, and can I cancel it afterwards?
    A: It ends by itself after 24 hours.
    U: Then add one for {weekday}, please.
    T: add_option {"customer_id":"{customer}","option":"day_pass_ca"} -> {"ok":true,"ticket":"{ticket}"}
    A: Done. You'll get a text message when it starts.
    U: Perfect. Bye.`,
  ),
  script(
    "sales",
    "en",
    "upgrade",
    "Interested in an upgrade to Fiber 1000; offer sent by e-mail.",
    `
    A: Metro Mobile sales, Mia speaking. What can I do for you?
    U: I saw the ad for the one gigabit plan. What would it cost me?
    T: check_availability {"address_id":"{customer}"} -> {"fiber_1000":true,"from":"{weekday}"}
    A: It is available at your address from {weekday}, for {price} dollars a month in the first year.
    U: And after that?
    A: Twenty dollars more. You can leave at any time with one month's notice.
    U: Hmm. Send me that in writing, would you?
    T: send_offer {"customer_id":"{customer}","product":"fiber_1000"} -> {"sent":true}
    A: It's on its way to the address we have on file.
    U: Thanks, I'll think about it.`,
  ),
  script(
    "billing",
    "en",
    "double_charge",
    "Charged twice; the second charge was refunded.",
    `
    A: Good day, you've reached billing. How can I help?
    U: I was charged twice this month, {price} dollars each time.
    A: Let me look. Could you give me the invoice number?
    U: {invoice}.
    T: get_invoice {"invoice_id":"{invoice}"} -> {"amount":{price},"payments":2}
    A: You are right, there are two payments on it. I'll refund the second one.
    T: refund {"invoice_id":"{invoice}","amount":{price}} -> {"refund_id":"{ticket}","days":5}
    A: The refund {ticket} is on its way; it takes up to five working days.
    U: Good. Thank you for sorting that out.`,
  ),
  script(
    "support",
    "es",
    "sin_cobertura",
    "Sin cobertura en casa; se abrió un aviso de antena.",
    `
    A: Metro Mobile, le atiende Mia. ¿En qué puedo ayudarle?
    U: Buenas, desde ayer no tengo cobertura en casa, ni una raya.
    A: Lo siento. ¿Me dice su número de cliente, por favor?
    U: Sí, es el {customer}.
    T: lookup_customer {"customer_id":"{customer}"} -> {"plan":"Móvil 20","status":"active"}
    T: cell_status {"customer_id":"{customer}"} -> {"outage":true,"eta_hours":{n}}
    A: Hay una avería en la antena de su zona; la reparación llevará unas {n} horas.
    U: ¿Y me lo van a descontar?
    A: Por supuesto, el descuento aparece en su próxima factura.
    U: Muy amable, gracias. Adiós.`,
  ),
  script(
    "sales",
    "es",
    "portabilidad",
    "Preguntó por la portabilidad; pide que le llamen mañana.",
    `
    A: Metro Mobile ventas, habla Mia.
    U: Hola, quería saber cuánto tardan en pasar mi número de otra compañía.
    A: Un día laborable. La tarifa de {price} dólares incluye llamadas ilimitadas.
    U: ¿Y en España también se puede usar?
    A: Sí, como en casa, hasta {n} gigas al mes.
    U: Pues lo hablo con mi mujer y les llamo mañana.
    A: Cuando quiera. ¡Que tenga un buen día!`,
  ),
  script(
    "billing",
    "es",
    "factura",
    "Consulta por una factura más alta de lo normal.",
    `
    A: Facturación, buenos días.
    U: Mi factura {invoice} es mucho más alta que la del mes pasado.
    T: get_invoice {"invoice_id":"{invoice}"} -> {"amount":{price},"roaming":{n}}
    A: Veo {n} dólares de itinerancia. ¿Ha estado de viaje?
    U: Ah, sí, en México. Entonces está bien.
    A: La próxima vez le conviene el bono de viaje. ¿Algo más?
    U: No, nada más. Gracias.`,
  ),
  script(
    "billing",
    "de",
    "abschlag",
    "Abschlag wurde nach Zählerstand gesenkt.",
    `
    A: Alpine Energie, guten Tag, mein Name ist Anton. Wie kann ich Ihnen helfen?
    U: Grüß Gott, mein Abschlag ist plötzlich viel höher. Können Sie das prüfen?
    A: Gern. Nennen Sie mir bitte Ihre Kundennummer.
    U: Die {customer}. Und der Zählerstand wäre {meter}.
    T: lookup_customer {"customer_id":"{customer}"} -> {"tarif":"Ökostrom Plus","abschlag_eur":{price}}
    T: submit_meter_reading {"customer_id":"{customer}","reading":{meter}} -> {"accepted":true}
    A: Vielen Dank. Mit dem neuen Zählerstand können wir den Abschlag auf {n} Euro senken. Möchten Sie das?
    U: Ja, natürlich. Ab wann gilt das?
    A: Ab dem nächsten Monat. Die Bestätigung kommt per Post und per E-Mail.
    U: Schön, dass das so schnell geht. Auf Wiederhören!`,
  ),
  script(
    "support",
    "de",
    "stromausfall",
    "Stromausfall in der Straße; Techniker ist unterwegs.",
    `
    A: Alpine Energie, Störungsdienst, hier ist Anton.
    U: Bei uns in der Straße ist seit {hour} alles dunkel, das ganze Häuserviertel.
    A: Das tut mir leid. In welchem Ort sind Sie?
    U: In Großenbrück, Lindenstraße.
    T: outage_status {"place":"Großenbrück"} -> {"known":true,"crew":"unterwegs","minutes":{n}}
    A: Die Störung ist bekannt, der Techniker ist unterwegs und voraussichtlich in {n} Minuten vor Ort.
    U: Können Sie mir Bescheid geben, wenn es behoben ist?
    T: notify_me {"channel":"sms"} -> {"ok":true}
    A: Ja, Sie bekommen eine SMS. Für Kühlgeräte: Tür bitte geschlossen halten.
    U: Danke schön, das hilft mir.`,
  ),
  script(
    "billing",
    "en",
    "moving_out",
    "Final meter reading taken; contract ends at the end of the month.",
    `
    A: Alpine Energy, this is Anton. How can I help?
    U: I'm moving out at the end of the month. What do you need from me?
    A: Your customer number and the final meter reading.
    U: {customer}, and it says {meter}.
    T: end_contract {"customer_id":"{customer}","reading":{meter}} -> {"final_bill":"{invoice}"}
    A: Thank you. The final bill {invoice} will follow within six weeks.
    U: Great, that was easy.`,
  ),
  script(
    "booking",
    "en",
    "room",
    "Double room booked for two nights with late check-in.",
    `
    A: Harbor Hotel, Hana speaking. Good day!
    U: Hello, do you have a double room for {n} nights from {weekday}?
    T: search_rooms {"from":"{weekday}","nights":{n},"guests":2} -> {"double":3,"price":{price}}
    A: Yes, we have three left at {price} dollars a night, breakfast included.
    U: Sounds good. We land late, is check-in after midnight a problem?
    A: Not at all, the desk is open all night. Under which name may I book?
    U: {name}.
    T: book_room {"room":"double","from":"{weekday}","name":"{name}"} -> {"reservation":"{ticket}"}
    A: Booked. Your reservation number is {ticket}. We look forward to seeing you 🙂
    U: Thank you, see you then!`,
  ),
  script(
    "booking",
    "ja",
    "room",
    "ダブルルームを二泊予約。遅い時間のチェックイン。",
    `
    A: ハーバーホテルでございます。ハナが承ります。
    U: すみません、{weekday}から{n}泊、二名で泊まりたいのですが、空いていますか。
    T: search_rooms {"from":"{weekday}","nights":{n},"guests":2} -> {"double":2,"price":{price}}
    A: はい、ダブルルームが一泊{price}ドルで二部屋ございます。朝食付きです。
    U: では一部屋お願いします。到着は夜の十一時ごろになります。
    A: かしこまりました。お名前をお願いいたします。
    U: {name}です。
    T: book_room {"room":"double","from":"{weekday}","name":"{name}"} -> {"reservation":"{ticket}"}
    A: ご予約番号は{ticket}でございます。お待ちしております。
    U: ありがとうございます。`,
  ),
  script(
    "booking",
    "fr",
    "annulation",
    "Réservation déplacée d'une semaine, sans frais.",
    `
    A: Harbor Hotel, Hana à l'appareil. Bonjour !
    U: Bonjour, j'aimerais déplacer ma réservation {ticket} d'une semaine.
    T: get_reservation {"reservation":"{ticket}"} -> {"from":"{weekday}","nights":{n},"flexible":true}
    A: Bien sûr, votre tarif est flexible. Même chambre, {n} nuits, une semaine plus tard ?
    U: Oui, c'est ça. Il y a des frais ?
    T: move_reservation {"reservation":"{ticket}","days":7} -> {"ok":true,"fee":0}
    A: Aucuns frais. La confirmation part à l'instant par courriel.
    U: Parfait, merci beaucoup et à bientôt.`,
  ),
  script(
    "appointments",
    "en",
    "appointment",
    "Check-up booked with Dr. Haddad.",
    `
    A: Citrus Clinic, Salma speaking. How may I help you?
    U: I need a check-up appointment, some day after {weekday} if possible.
    T: free_slots {"doctor":"haddad","after":"{weekday}"} -> {"slots":{n}}
    A: Dr. Haddad has {n} free slots that week. Would {hour} suit you?
    U: Yes, that works.
    A: Is your number still the one you are calling from?
    U: Yes it is.
    T: book_slot {"doctor":"haddad","time":"{hour}"} -> {"appointment":"{ticket}"}
    A: Then I'll see you at {hour}. Please bring your insurance card.
    U: Thanks, bye bye.`,
  ),
  script(
    "appointments",
    "en",
    "prescription",
    "Repeat prescription ordered; ready at the desk tomorrow.",
    `
    A: Citrus Clinic, Salma speaking. How may I help you?
    U: Could I get a repeat prescription, the same as last time?
    T: last_prescription {"patient":"{customer}"} -> {"repeatable":true}
    A: Yes, that can be repeated. It will be ready at the desk tomorrow from {hour}.
    U: Wonderful, thank you.`,
  ),
  script(
    "appointments",
    "ar",
    "موعد",
    "تم حجز موعد فحص لدى الدكتورة حداد.",
    `
    A: عيادة سيتروس، معك سلمى. كيف أقدر أساعدك؟
    U: مرحبا، أحتاج موعد فحص مع الدكتورة حداد هذا الأسبوع.
    T: free_slots {"doctor":"haddad","after":"{weekday}"} -> {"slots":{n}}
    A: يوجد {n} مواعيد متاحة. هل تناسبك الساعة {hour}؟
    U: نعم، مناسب جداً.
    T: book_slot {"doctor":"haddad","time":"{hour}"} -> {"appointment":"{ticket}"}
    A: تم الحجز، رقم الموعد {ticket}. من فضلك أحضر بطاقة التأمين.
    U: شكراً جزيلاً، مع السلامة.`,
  ),
];
