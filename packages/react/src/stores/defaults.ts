import { createStores, type Stores } from "./stores.ts";

/**
 * The stores of an application that has one of each. Nothing writes to them while a page is rendered on a
 * server, so requests share nothing there but their emptiness; give `<ThroughlineProvider stores>` others
 * where one page talks to several servers.
 */
export const defaultStores: Stores = /* @__PURE__ */ createStores();

export const chatStore = defaultStores.chat;
export const statusStore = defaultStores.status;
export const chartStore = defaultStores.chart;
export const taskStore = defaultStores.task;
