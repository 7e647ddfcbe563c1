/** Which of the tasks' events; what is absent does not narrow. */
export interface TaskFilter {
  readonly tenant?: string;
  readonly taskId?: string;
  readonly types?: readonly string[];
  /** From this moment on, in ms since the Unix epoch. */
  readonly since?: number;
  /** Up to and including this moment, likewise. */
  readonly until?: number;
}

export function matchesFilter(
  { tenant, taskId, types, since, until }: TaskFilter,
  event: { readonly tenant: string; readonly taskId: string; readonly type: string; readonly timestamp: string },
): boolean {
  if (tenant !== undefined && tenant !== event.tenant) return false;
  if (taskId !== undefined && taskId !== event.taskId) return false;
  if (types !== undefined && !types.includes(event.type)) return false;
  if (since === undefined && until === undefined) return true;
  const at = Date.parse(event.timestamp);
  return at >= (since ?? Number.NEGATIVE_INFINITY) && at <= (until ?? Number.POSITIVE_INFINITY);
}
