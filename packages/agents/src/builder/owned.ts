/** Marks a promise's rejection as seen, so that a caller who does not await it cannot bring down the process. */
export function owned<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
