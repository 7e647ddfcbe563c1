import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { createServices, ServicesContext } from "./app/services.ts";
import { browserSystem } from "./live/system.ts";
import "./styles/main.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");

const services = createServices(browserSystem);
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <App />
    </ServicesContext>
  </StrictMode>,
);
