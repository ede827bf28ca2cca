/** Numbers as a British page shows them: by Intl as well, since of 1.115 toFixed makes 1.11. */

const digits = (n: number) => ({ minimumFractionDigits: n, maximumFractionDigits: n });
const percents = new Intl.NumberFormat("en-GB", { style: "percent", ...digits(1) });
const seconds = new Intl.NumberFormat("en-GB", digits(2));

export const wholeText = new Intl.NumberFormat("en-GB").format;

export const percentText = (share: number | null): string => percents.format(share ?? 0);

export const latencyText = (ms: number | null): string =>
  (ms ?? 0) < 1000 ? `${Math.round(ms ?? 0)} ms` : `${seconds.format((ms ?? 0) / 1000)} s`;

/** Of less than ten the parts of a cent count. */
export const moneyText = (total: number, currency: string): string =>
  new Intl.NumberFormat("en-GB", { style: "currency", currency, maximumFractionDigits: total < 10 ? 4 : 2 }).format(
    total,
  );
