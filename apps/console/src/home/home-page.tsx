import { useCallback, useState } from "react";
import { isReachable } from "../app/link.ts";
import { Composer } from "../thread/composer.tsx";
import { Select } from "../ui/select.tsx";
import { navigate, threadPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { useFetched } from "../app/use-fetched.ts";
import { useLink } from "../app/use-link.ts";
import { newThreadId } from "../app/system.ts";
import { preferredAgent } from "../settings/preferences.ts";
import { agentOptions, EXAMPLES } from "./agents.ts";
import { RecentThreads } from "./recent-threads.tsx";

/** A new thread: say what it is about, or go on with one there is. */
export function HomePage() {
  const { client, pages } = useServices();
  const isUp = isReachable(useLink());
  const [agents] = useFetched(
    useCallback((signal) => pages.agents(signal), [pages]),
    isUp,
  );
  const [agent, setAgent] = useState(preferredAgent.get);
  const options = agentOptions(agents.status === "ready" ? agents.value : []);
  const begin = (text: string): void => {
    const threadId = newThreadId();
    // Whether it could be sent shows in the thread.
    void client.thread(threadId).send({ agent, text });
    navigate(threadPath(threadId));
  };
  return (
    <div className="h-full overflow-y-auto">
      <title>Throughline</title>
      <div className="mx-auto flex w-full max-w-2xl flex-col px-4 pt-[clamp(32px,12vh,128px)] pb-12">
        <h1 className="text-2xl tracking-tight">What should the agents look into?</h1>
        <p className="mt-2 mb-6 text-base text-quiet">
          Each question becomes a durable thread: close the page, restart the server, come back. It goes on where it
          was.
        </p>
        <Composer
          autoFocus
          label="Your question"
          placeholder="Analyze Bitcoin"
          onSend={begin}
          tools={<Select label="Agent" value={agent} options={options} onChange={setAgent} />}
        />
        <Examples agent={agent} onPick={begin} />
        <RecentThreads isReachable={isUp} />
      </div>
    </div>
  );
}

function Examples({ agent, onPick }: { readonly agent: string; readonly onPick: (text: string) => void }) {
  const examples = EXAMPLES[agent] ?? [];
  if (examples.length === 0) return null;
  return (
    <ul aria-label="Examples" className="mt-3 flex flex-wrap gap-2">
      {examples.map((text) => (
        <li key={text}>
          <button
            type="button"
            onClick={() => onPick(text)}
            className="rounded-full border border-hairline px-3 py-1 text-sm text-quiet transition-colors hover:border-strong-line hover:text-ink"
          >
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
