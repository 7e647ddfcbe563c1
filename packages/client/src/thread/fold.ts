/** What makes a view of a thread's events: two thirds of a client's weight, fetched with the first thread. */
export { step } from "./feed-steps.ts";
