import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm start` serves; the development server hands everything but the page on to it. */
const SERVER = process.env["THROUGHLINE_URL"] ?? "http://127.0.0.1:4400";

export default defineConfig({
  base: "/",
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ["@throughline/source", "module", "browser", "development|production"] },
  build: { outDir: "dist", emptyOutDir: true, target: "es2023", sourcemap: false },
  server: { host: "127.0.0.1", proxy: { "/api": SERVER, "/health": SERVER, "/ws": { target: SERVER, ws: true } } },
});
