import {
  Activity,
  Braces,
  CircleHelp,
  FlaskConical,
  Gauge,
  ListChecks,
  Plug,
  Plus,
  ScrollText,
  Settings,
} from "lucide-react";
import type { LucideIcon } from "lucide-react";
import type { Route } from "./router.tsx";

export interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Pages that count as being there. */
  readonly pages: readonly Route["page"][];
  /** What one finds there. */
  readonly hint: string;
}

/** The places of the header, in their order. */
export const PLACES: readonly Place[] = [
  { path: "/runs", label: "Runs", icon: Activity, pages: ["runs", "thread", "chart"], hint: "Every thread, live" },
  { path: "/inbox", label: "Inbox", icon: CircleHelp, pages: ["inbox"], hint: "Questions that wait for a person" },
  { path: "/tasks", label: "Tasks", icon: ListChecks, pages: ["tasks", "task"], hint: "What agents have to do" },
  { path: "/connections", label: "Connections", icon: Plug, pages: ["connections"], hint: "Who follows what" },
  { path: "/dashboard", label: "Metrics", icon: Gauge, pages: ["metrics"], hint: "The server’s figures" },
  { path: "/audit", label: "Audit", icon: ScrollText, pages: ["audit"], hint: "Who did what, and when" },
  { path: "/reference", label: "API", icon: Braces, pages: ["reference"], hint: "Addresses, channels, frames" },
];

/** Places that stand as signs at the right of the header. */
export const TOOLS: readonly Place[] = [
  {
    path: "/playground",
    label: "Playground",
    icon: FlaskConical,
    pages: ["playground"],
    hint: "Break your own connection",
  },
  { path: "/settings", label: "Settings", icon: Settings, pages: ["settings"], hint: "Theme, keys, this page" },
];

/** The start page. */
export const NEW_RUN: Place = { path: "/", label: "New run", icon: Plus, pages: ["home"], hint: "Ask the agents" };
