import { late } from "../app/late.ts";

export const Markdown = late(() => import("./markdown.tsx"));
