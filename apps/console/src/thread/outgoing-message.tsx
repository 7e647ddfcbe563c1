import { CircleAlert, Clock, RotateCw } from "lucide-react";
import type { Outgoing } from "@throughline/client";
import { Button } from "../ui/button.tsx";
import { UserMessage } from "./turn.tsx";

interface OutgoingProps {
  readonly item: Outgoing;
  /** Whether the server can be reached; until then messages wait. */
  readonly isReachable: boolean;
  readonly onRetry: () => void;
  readonly onEdit: () => void;
}

/** A message the thread does not show yet: under way, waiting its turn, or failed. */
export function OutgoingMessage({ item, isReachable, onRetry, onEdit }: OutgoingProps) {
  return (
    <UserMessage text={item.text}>
      {item.status === "failed" ? (
        <Failed error={item.error} onRetry={onRetry} onEdit={onEdit} />
      ) : (
        <UnderWay words={item.status === "accepted" ? "Waiting for its turn" : isReachable ? "Sending…" : OFFLINE} />
      )}
    </UserMessage>
  );
}

const OFFLINE = "Waiting for the connection";

function UnderWay({ words }: { readonly words: string }) {
  return (
    <p className="flex items-center gap-1.5 text-xs text-quiet">
      <Clock aria-hidden className="size-3.5" />
      {words}
    </p>
  );
}

interface FailedProps extends Pick<OutgoingProps, "onRetry" | "onEdit"> {
  readonly error: Outgoing["error"];
}

function Failed({ error, onRetry, onEdit }: FailedProps) {
  return (
    <div role="alert" className="flex max-w-full flex-wrap items-center justify-end gap-x-3 gap-y-1 text-sm">
      <p className="flex items-center gap-1.5 text-red" title={error?.remedy}>
        <CircleAlert aria-hidden className="size-4 shrink-0" />
        Not sent. {error?.message}
      </p>
      <span className="flex gap-1">
        <Button size="small" tone="ghost" onClick={onEdit}>
          Edit
        </Button>
        <Button size="small" onClick={onRetry}>
          <RotateCw aria-hidden className="size-3.5!" /> Send again
        </Button>
      </span>
    </div>
  );
}
