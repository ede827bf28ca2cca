/** What the benches share: rows with a bar and a ratio, percentiles, and the table they are printed as. */

export interface BenchRow {
  what: string;
  value: number;
  unit: string;
  /** The bar, as text: "<= 25". */
  bar: string;
  /** What was measured beside it in the same run. */
  beside: string;
  /** This against that beside it; null where there is no such thing. */
  ratio: number | null;
  ok: boolean;
}

/** The value below which the share `p` (0 to 1) of the values lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Three significant digits, and no exponent. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** Prints the rows as a table. */
export function printRows(title: string, rows: readonly BenchRow[]): void {
  const cells = rows.map((row) => [
    row.ok ? "ok" : "MISSED",
    row.what,
    `${short(row.value)} ${row.unit}`,
    row.bar,
    row.beside,
    row.ratio === null ? "" : `${short(row.ratio)}x`,
  ]);
  const table = [["", "what", "value", "bar", "beside it", "ratio"], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  process.stdout.write(`\n${title}\n`);
  for (const row of table) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}
