/** Where a new run of words meets the end of an old one; each search takes time linear in the new one's length. */

/** For each prefix of `head` the length of its longest proper prefix that is also its suffix (Knuth, Morris, Pratt). */
function failuresOf(head: ArrayLike<string>): Int32Array {
  const failures = new Int32Array(head.length);
  for (let at = 1, matched = 0; at < head.length; at += 1) {
    while (matched > 0 && head[at] !== head[matched]) matched = failures[matched - 1] ?? 0;
    if (head[at] === head[matched]) matched += 1;
    failures[at] = matched;
  }
  return failures;
}

/** The lengths, longest first, of all beginnings of `head` with which `tail`, from the index `from` on, ends. */
export function overlapsOf(tail: ArrayLike<string>, from: number, head: ArrayLike<string>): number[] {
  const failures = failuresOf(head);
  let matched = 0;
  for (let at = Math.max(from, tail.length - head.length); at < tail.length; at += 1) {
    while (matched > 0 && head[matched] !== tail[at]) matched = failures[matched - 1] ?? 0;
    if (head[matched] === tail[at]) matched += 1;
  }
  const lengths: number[] = [];
  for (; matched > 0; matched = failures[matched - 1] ?? 0) lengths.push(matched);
  return lengths;
}

/** Where in `tail`, from the index `from` on, the longest beginning of `head` stands; the last such place, or -1. */
export function anchorOf(tail: ArrayLike<string>, from: number, head: ArrayLike<string>): number {
  const failures = failuresOf(head);
  let [matched, longest, place] = [0, 0, -1];
  for (let at = from; at < tail.length; at += 1) {
    while (matched > 0 && head[matched] !== tail[at]) matched = failures[matched - 1] ?? 0;
    if (head[matched] === tail[at]) matched += 1;
    if (matched > 0 && matched >= longest) [longest, place] = [matched, at - matched + 1];
    if (matched === head.length) matched = failures[matched - 1] ?? 0;
  }
  return place;
}
