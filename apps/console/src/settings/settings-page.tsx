import { useCallback } from "react";
import type { ReactNode } from "react";
import { useServices } from "../app/services.ts";
import { chooseTheme, themeChoice } from "../app/theme.ts";
import type { ThemeChoice } from "../app/theme.ts";
import { useFetched } from "../app/use-fetched.ts";
import { useLink } from "../app/use-link.ts";
import { useStore } from "../app/use-store.ts";
import { agentOptions } from "../home/agents.ts";
import { isReachable } from "../app/link.ts";
import { Chips } from "../ui/filters.tsx";
import { Card, Page } from "../ui/page.tsx";
import { Select } from "../ui/select.tsx";
import { chooseAgent, preferredAgent } from "./preferences.ts";

const THEMES: readonly { readonly value: ThemeChoice; readonly label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** What this browser remembers of its reader; the server's settings are its own. */
export default function SettingsPage() {
  const { pages } = useServices();
  const link = useLink();
  const choice = useStore(themeChoice);
  const agent = useStore(preferredAgent);
  const [agents] = useFetched(
    useCallback((signal) => pages.agents(signal), [pages]),
    isReachable(link),
  );
  const options = agentOptions(agents.status === "ready" ? agents.value : []);
  return (
    <Page
      isNarrow
      title="Settings"
      description="Kept in this browser. The server’s own settings are in its config file."
    >
      <Card className="divide-y divide-hairline">
        <Setting title="Theme" hint="Also with the key t.">
          <Chips
            label="Theme"
            value={choice}
            options={THEMES}
            onChange={(value) => chooseTheme(value as ThemeChoice)}
          />
        </Setting>
        <Setting title="Agent" hint="Who is asked when a new run begins.">
          <Select label="Agent" value={agent} options={options} onChange={chooseAgent} />
        </Setting>
        <Setting title="Keyboard" hint="Every key, at any time.">
          <kbd className="min-w-6 rounded-control border border-hairline bg-sunken px-1.5 text-center font-mono text-xs leading-5">
            ?
          </kbd>
        </Setting>
      </Card>
      <h2 className="mt-8 mb-2 text-sm font-medium text-quiet">This server</h2>
      <Card className="divide-y divide-hairline">
        <Setting title="Address" hint="Where this page came from, and where its events come from.">
          <code className="font-mono text-xs">{location.origin}</code>
        </Setting>
        <Setting title="Health" hint="For load balancers and people in a hurry.">
          <span className="flex gap-3 font-mono text-xs">
            {["/health", "/ready", "/metrics"].map((path) => (
              <a key={path} href={path} className="rounded-control text-signal underline underline-offset-3">
                {path}
              </a>
            ))}
          </span>
        </Setting>
      </Card>
    </Page>
  );
}

interface SettingProps {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}

function Setting({ title, hint, children }: SettingProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0">
        <p className="text-sm font-medium">{title}</p>
        <p className="text-xs text-quiet">{hint}</p>
      </div>
      {children}
    </div>
  );
}
