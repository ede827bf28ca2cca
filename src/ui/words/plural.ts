/** The form of a word that a number asks for, in languages with more forms than one and many. */

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** A chooser for one language: `plural(2, { one: "…", two: "…", other: "…" })`. */
export function pluralOf(language: string): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (n, forms) => forms[rules.select(n)] ?? forms.other;
}
