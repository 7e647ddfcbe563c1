/** What a principal may do; a token's `scope` claim lists these. */
export type Scope = "read" | "run" | "answer" | "admin";

/** Who asks. Every read and every command takes one (rule S1). */
export interface Principal {
  readonly subject: string;
  /** Ids live inside their tenant: what belongs to another does not exist for this principal. */
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Everybody on a server without authentication, which listens on loopback only (rule A2). */
export const ANONYMOUS: Principal = {
  subject: "anonymous",
  tenant: "default",
  scopes: new Set<Scope>(["read", "run", "answer", "admin"]),
};
