/** Runs tasks one after another, in the order they came. */
export class Lock {
  #tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `task` does, once it had its turn. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(task);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}
