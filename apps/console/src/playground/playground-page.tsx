import { Play, Unplug } from "lucide-react";
import { useState } from "react";
import { Link, threadPath } from "../app/router.tsx";
import { useServices } from "../app/services.ts";
import { newThreadId } from "../app/system.ts";
import { useStore } from "../app/use-store.ts";
import { Button } from "../ui/button.tsx";
import { Figure, Figures } from "../ui/figure.tsx";
import { whole } from "../ui/format.ts";
import { Card, Page } from "../ui/page.tsx";
import { FaultControls } from "./fault-controls.tsx";
import { NO_FAULTS } from "./faulty-network.ts";
import { LiveProof } from "./live-proof.tsx";

/** A run that says where it is: each word has its number, so a word lost or doubled shows at once. */
const SCRIPT = "tokens=400 interval=50 tools=3 steps=3";

/** Breaks one's own connection, to see that nothing is lost. The server knows nothing of it. */
export default function PlaygroundPage() {
  const { client, network } = useServices();
  const [threadId, setThreadId] = useState<string | null>(null);
  const damage = useStore(network.damage);
  const faults = useStore(network.faults);
  const begin = (): void => {
    const id = newThreadId();
    // Whether it could be sent shows in the thread.
    void client.thread(id).send({ agent: "scripted", text: SCRIPT });
    setThreadId(id);
  };
  const isFaulty = JSON.stringify(faults) !== JSON.stringify(NO_FAULTS);
  return (
    <Page
      title="Playground"
      description="Break this browser’s connection and watch the run come through whole. Nobody else is touched."
      tools={
        <>
          {isFaulty && <Button onClick={() => network.set(NO_FAULTS)}>Mend everything</Button>}
          <Button tone="danger" onClick={() => network.kill()}>
            <Unplug aria-hidden /> Kill my connection
          </Button>
          <Button tone="primary" onClick={begin}>
            <Play aria-hidden /> {threadId === null ? "Start a run" : "Start another"}
          </Button>
        </>
      }
    >
      <Figures>
        <Figure label="Kills" value={damage.kills} format={whole} />
        <Figure label="Drops" value={damage.drops} format={whole} />
        <Figure label="Requests refused offline" value={damage.refused} format={whole} />
      </Figures>
      <div className="grid items-start gap-4 lg:grid-cols-[320px_minmax(0,1fr)]">
        <FaultControls faults={faults} onChange={(change) => network.set(change)} />
        {threadId === null ? (
          <Card className="grid min-h-72 place-items-center p-6 text-center">
            <div>
              <p className="text-base font-medium">No run yet</p>
              <p className="mx-auto mt-1 max-w-80 text-sm text-balance text-quiet">
                Start one: its words are numbered, and this page counts whether each came, and came once.
              </p>
            </div>
          </Card>
        ) : (
          <div>
            <LiveProof key={threadId} threadId={threadId} />
            <p className="mt-2 text-right text-sm">
              <Link href={threadPath(threadId)} className="rounded-control text-signal underline underline-offset-3">
                Open the run
              </Link>
            </p>
          </div>
        )}
      </div>
    </Page>
  );
}
