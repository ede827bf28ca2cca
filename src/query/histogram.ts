/** Percentiles from histograms whose buckets are each a fixed share wider than the one before. */

/** One bucket: it begins at step^number ms, -1 holds what is below 1 ms. */
export interface BucketCount {
  readonly number: number;
  readonly count: number;
}

/** Where a bucket begins and ends, in ms. */
export function boundsOf(number: number, step: number): [from: number, to: number] {
  return number < 0 ? [0, 1] : [step ** number, step ** (number + 1)];
}

/** The value below which the share p lies, interpolated within its bucket; `before` values lie in lower buckets. */
export function within(bucket: BucketCount, before: number, total: number, p: number, step: number): number {
  const [from, to] = boundsOf(bucket.number, step);
  const place = (p * (total - 1) - before + 0.5) / bucket.count;
  const value = bucket.number < 0 ? 0 : from + (to - from) * Math.min(Math.max(place, 0), 1);
  return Math.round(value * 10) / 10;
}

/** The percentile of buckets in ascending order; null when they are empty. */
export function percentileOf(buckets: readonly BucketCount[], p: number, step: number): number | null {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  let before = 0;
  for (const bucket of buckets) {
    if (before + bucket.count > p * (total - 1)) return within(bucket, before, total, p, step);
    before += bucket.count;
  }
  return null;
}
