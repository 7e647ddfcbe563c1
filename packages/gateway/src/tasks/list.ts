import { type Task, type TaskStatus, ThroughlineError } from "@throughline/protocol";
import type { StreamLog } from "@throughline/log";
import { keys } from "../threads/names.ts";
import type { Order } from "./order.ts";

/** Which tasks, and in which order. */
export interface TaskQuery {
  readonly status?: readonly TaskStatus[] | undefined;
  readonly agent?: string | undefined;
  /** Text that the title, the description or a tag contains, in any case. */
  readonly q?: string | undefined;
  readonly order: Order;
}

export interface TaskPage {
  readonly items: readonly Task[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

/** How many tasks one page looks at: a rare match may leave it short, its cursor then goes on. */
const LOOKS = 10_000;
const CHUNK = 200;

/**
 * A page of a tenant's tasks, behind the place the cursor names. What is inserted between two pages
 * moves nothing: a cursor is a place in the order, not a count.
 * @throws invalid_cursor
 */
export async function listTasks(
  log: StreamLog,
  tenant: string,
  query: TaskQuery,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<TaskPage> {
  const prefix = keys.taskOrder(tenant, query.order);
  const matches = matcher(query);
  const items: Task[] = [];
  let after = page.cursor === undefined ? undefined : prefix + readPlace(page.cursor, query.order);
  for (let looked = 0; looked < LOOKS; looked += CHUNK) {
    const found = await log.controls(prefix, { limit: CHUNK, ...(after === undefined ? {} : { after }) });
    const tasks = await Promise.all(found.map(({ key }) => readTask(log, tenant, key)));
    for (const [index, { key }] of found.entries()) {
      after = key;
      const task = tasks[index];
      if (task === undefined || !matches(task)) continue;
      items.push(task);
      if (items.length < page.limit) continue;
      const isLast = found.length < CHUNK && index === found.length - 1;
      return { items, next: isLast ? null : writePlace(key.slice(prefix.length), query.order) };
    }
    if (found.length < CHUNK) return { items, next: null };
  }
  return { items, next: after === undefined ? null : writePlace(after.slice(prefix.length), query.order) };
}

/** Every task that matches, page by page: memory holds one page of them. */
export async function* everyTask(log: StreamLog, tenant: string, query: TaskQuery): AsyncGenerator<Task> {
  let cursor: string | undefined;
  do {
    const page = await listTasks(log, tenant, query, { limit: CHUNK, cursor });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

async function readTask(log: StreamLog, tenant: string, key: string): Promise<Task | undefined> {
  const value = await log.control(keys.task(tenant, key.slice(key.lastIndexOf("/") + 1)));
  return value === undefined ? undefined : (JSON.parse(value) as Task);
}

function matcher({ status, agent, q }: TaskQuery): (task: Task) => boolean {
  const text = q?.toLowerCase();
  const contains = (field: string): boolean => text === undefined || field.toLowerCase().includes(text);
  return (task) =>
    (status === undefined || status.includes(task.status)) &&
    (agent === undefined || task.agent === agent) &&
    (contains(task.title) || contains(task.description) || task.tags.some(contains));
}

function writePlace(place: string, order: Order): string {
  return Buffer.from(`${order}/${place}`).toString("base64url");
}

/** @throws invalid_cursor */
function readPlace(cursor: string, order: Order): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (text.startsWith(`${order}/`) && PLACE.test(text)) return text.slice(order.length + 1);
  throw new ThroughlineError("invalid_cursor", "The cursor is of another list; leave it out to begin anew.");
}

const PLACE = /^-?[a-z_]+\/[0-9a-f~]*\/[A-Za-z0-9_.:@~-]+$/;
