import type { Task } from "@throughline/protocol";
import type { ControlWrite } from "@throughline/log";
import { keys } from "../threads/names.ts";

/**
 * The orders tasks are listed in. Each is an index: a control record per task whose key sorts as the
 * list does, written in the batch that changes the task (S3), so that a page is read from its place on
 * and no list is ever sorted.
 */

const FIELDS = ["created_at", "updated_at", "priority", "title"] as const;
type Field = (typeof FIELDS)[number];

/** `-` = the greatest first. */
export const ORDERS = [...FIELDS, ...FIELDS.map((field): `-${Field}` => `-${field}`)] as const;
export type Order = (typeof ORDERS)[number];

const TIME_DIGITS = 13;
/** As much of a title counts for its place. */
const TITLE_UNITS = 64;
const TOP_HEX = 0xffff;
/** Beyond every digit, so that upside down the longer of two titles comes first. */
const AFTER_DIGITS = "~";
/** Tasks without a priority come last in both directions. */
const NO_PRIORITY = "9";

/** The controls that make a change last: the task's record, and its place in every order. */
export function taskWrites(tenant: string, before: Task | undefined, after: Task | undefined): ControlWrite[] {
  const task = after ?? before;
  if (task === undefined) return [];
  const old = before === undefined ? [] : placesOf(tenant, before);
  const now = after === undefined ? [] : placesOf(tenant, after);
  return [
    { key: keys.task(tenant, task.id), value: after === undefined ? null : JSON.stringify(after) },
    ...old.filter((key) => !now.includes(key)).map((key) => ({ key, value: null })),
    ...now.filter((key) => !old.includes(key)).map((key) => ({ key, value: "" })),
  ];
}

function placesOf(tenant: string, task: Task): string[] {
  return ORDERS.map((order) => `${keys.taskOrder(tenant, order)}${rank(task, order)}/${task.id}`);
}

function rank(task: Task, order: Order): string {
  const down = order.startsWith("-");
  const field = (down ? order.slice(1) : order) as Field;
  switch (field) {
    case "created_at":
    case "updated_at":
      return timeRank(Date.parse(task[field]), down);
    case "priority":
      return priorityRank(task.priority, down);
    case "title":
      return titleRank(task.title, down);
  }
}

function timeRank(ms: number, down: boolean): string {
  return String(down ? 10 ** TIME_DIGITS - 1 - ms : ms).padStart(TIME_DIGITS, "0");
}

function priorityRank(priority: Task["priority"], down: boolean): string {
  if (priority === null) return NO_PRIORITY;
  const digit = Number(priority.slice(1));
  return String(down ? 3 - digit : digit);
}

/** Four hex digits for each UTF-16 unit of the title in lower case, upside down for the way back. */
function titleRank(title: string, down: boolean): string {
  let text = "";
  const units = title.trim().toLowerCase();
  for (let at = 0; at < units.length && at < TITLE_UNITS; at++) {
    const unit = units.charCodeAt(at);
    text += (down ? TOP_HEX - unit : unit).toString(16).padStart(4, "0");
  }
  return down ? text + AFTER_DIGITS : text;
}
