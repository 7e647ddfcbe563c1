import { CircleAlert, Clock, RotateCw } from "lucide-react";
import type { Outgoing } from "@throughline/client";
import { outgoingWords } from "@throughline/react";
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
        <Failed item={item} onRetry={onRetry} onEdit={onEdit} />
      ) : (
        <p className="flex items-center gap-1.5 text-xs text-quiet">
          <Clock aria-hidden className="size-3.5" />
          {outgoingWords(item, isReachable)}
        </p>
      )}
    </UserMessage>
  );
}

function Failed({ item, onRetry, onEdit }: Omit<OutgoingProps, "isReachable">) {
  return (
    <div role="alert" className="flex max-w-full flex-wrap items-center justify-end gap-x-3 gap-y-1 text-sm">
      <p className="flex items-center gap-1.5 text-red" title={item.error?.remedy}>
        <CircleAlert aria-hidden className="size-4 shrink-0" />
        {outgoingWords(item)}
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
