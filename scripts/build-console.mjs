// Builds the console once; again only when something it is made of has changed.
import { buildConsole } from "./lib/console.mjs";

await buildConsole();
