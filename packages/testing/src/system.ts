/**
 * Resolves in a later turn of the machine's own event loop: by then every promise that could settle
 * without a timer or I/O has settled, however long its chain. Part of the composition root (S2).
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
