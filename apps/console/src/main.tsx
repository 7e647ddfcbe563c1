import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ThroughlineProvider } from "@throughline/react";
import { App } from "./app/app.tsx";
import { createServices, ServicesContext } from "./app/services.ts";
import { browserNetwork } from "./app/system.ts";
import "./styles/main.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");

const services = createServices(location.origin, browserNetwork);
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={services}>
      <ThroughlineProvider client={services.client}>
        <App />
      </ThroughlineProvider>
    </ServicesContext>
  </StrictMode>,
);
