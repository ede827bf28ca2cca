/** The word for a value of a record: looked up among the catalogue's own words only, since a record may say "constructor". */
export function wordOf(known: Readonly<Record<string, string>>, value: string): string {
  return Object.hasOwn(known, value) ? (known[value] ?? value) : value;
}
