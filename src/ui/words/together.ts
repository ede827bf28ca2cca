/** Parts of a catalogue as one: a group of words may lie in several parts. */

type Group = { readonly [word: string]: unknown };

const isGroup = (value: unknown): value is Group =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The later parts over the earlier ones, word by word of each group. */
export function together(parts: readonly object[]): object {
  const all: Record<string, unknown> = {};
  for (const part of parts) {
    for (const [name, group] of Object.entries(part)) {
      const before = all[name];
      all[name] = isGroup(before) && isGroup(group) ? { ...before, ...group } : group;
    }
  }
  return all;
}
