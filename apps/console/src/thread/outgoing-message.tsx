import { CircleAlert, Clock, RotateCw } from "lucide-react";
import type { Outgoing } from "../live/outbox.ts";
import { Button } from "../ui/button.tsx";
import { UserMessage } from "./turn.tsx";

interface OutgoingProps {
  readonly item: Outgoing;
  readonly onRetry: () => void;
  readonly onEdit: () => void;
}

/** A message the thread does not show yet: under way, waiting its turn, or failed. */
export function OutgoingMessage({ item, onRetry, onEdit }: OutgoingProps) {
  return (
    <UserMessage text={item.text}>
      {item.status === "failed" ? (
        <Failed item={item} onRetry={onRetry} onEdit={onEdit} />
      ) : (
        <UnderWay status={item.status} />
      )}
    </UserMessage>
  );
}

function UnderWay({ status }: { readonly status: "sending" | "accepted" }) {
  return (
    <p className="flex items-center gap-1.5 text-xs text-quiet">
      <Clock aria-hidden className="size-3.5" />
      {status === "sending" ? "Sending…" : "Waiting for its turn"}
    </p>
  );
}

function Failed({ item, onRetry, onEdit }: OutgoingProps) {
  return (
    <div role="alert" className="flex max-w-full flex-wrap items-center justify-end gap-x-3 gap-y-1 text-sm">
      <p className="flex items-center gap-1.5 text-red" title={item.failure?.remedy}>
        <CircleAlert aria-hidden className="size-4 shrink-0" />
        Not sent. {item.failure?.message}
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
