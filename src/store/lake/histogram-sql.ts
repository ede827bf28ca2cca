/** The buckets of a histogram in SQL: each is a fixed share wider than the one before it. */

export const LATENCY_STEP = 1.05;
export const DURATION_STEP = 1.1;

/** The bucket of a time in ms: bucket b begins at step^b ms; below 1 ms it is -1. */
export function bucketSql(ms: string, step: number): string {
  return `CASE WHEN ${ms} < 1 THEN -1 ELSE CAST(floor(ln(${ms}) / ln(${step})) AS SMALLINT) END`;
}
