import { type OutgoingItem, outgoingWords } from "../transcript/outgoing-words.ts";
import { Icon } from "./icon.tsx";

export interface OutgoingMessageProps {
  readonly item: OutgoingItem;
  readonly retry: ((runId: string) => unknown) | undefined;
  readonly discard: ((runId: string) => unknown) | undefined;
}

/** Shows the message at once: under way, waiting its turn, or failed, and then it can be sent again. */
export function OutgoingMessage({ item, retry, discard }: OutgoingMessageProps) {
  return (
    <article data-tl="user-message" data-state={item.status} aria-label="You">
      <p>{item.text}</p>
      {item.status === "failed" ? (
        <Failed item={item} retry={retry} discard={discard} />
      ) : (
        <p data-tl="detail">
          <Icon name="clock" /> {outgoingWords(item)}
        </p>
      )}
    </article>
  );
}

function Failed({ item, retry, discard }: OutgoingMessageProps) {
  return (
    <div role="alert" data-tl="problem">
      <p title={item.error?.remedy}>{outgoingWords(item)}</p>
      {discard !== undefined && (
        <button type="button" data-tl="button" onClick={() => discard(item.runId)}>
          Discard
        </button>
      )}
      {retry !== undefined && (
        <button type="button" data-tl="button" onClick={() => retry(item.runId)}>
          Send again
        </button>
      )}
    </div>
  );
}
