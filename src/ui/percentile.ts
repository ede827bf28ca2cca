/** A percentile of a few numbers, exact, as the list's is: interpolated between the two nearest. */

/** `share` 0 … 1; null where there are no numbers. */
export function percentile(numbers: readonly number[] | null, share: number): number | null {
  const sorted = [...(numbers ?? [])].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  return low === undefined || high === undefined ? null : low + (high - low) * (position % 1);
}
