/** A price to two places; four where it is below one, so that small prices keep their meaning. */
export function toCents(price: number): number {
  return Math.abs(price) < 1 ? Math.round(price * 10_000) / 10_000 : Math.round(price * 100) / 100;
}
