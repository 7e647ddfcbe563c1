/** Which server is measured. */
export type Kind = "throughline" | "native" | "ws" | "socket.io";

/** One case of the benchmark: a kind of server under one kind of load. */
export interface Case {
  readonly kind: Kind;
  /** How many threads, rooms or broadcasts there are; the subscribers are spread over them evenly. */
  readonly threads: number;
  readonly subscribers: number;
  /** Events a second in each thread; 0 = as many as the server takes. */
  readonly rate: number;
}

/** What the load process is told: the case and where the server listens. */
export interface Load {
  readonly case: Case;
  readonly port: number;
}

export function threadName(index: number): string {
  return `t${index}`;
}
