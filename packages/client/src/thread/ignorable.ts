/** A promise whose failure stores and events tell as well: who does not look at it is not punished. */
export function ignorable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
