import type { ReactNode } from "react";
import { type ConnectionWords, type ShownConnection, useConnectionWords } from "../hooks/use-connection-words.ts";

export interface ConnectionStatusProps extends ShownConnection {
  readonly className?: string;
  /** Replaces what is shown. */
  readonly children?: (status: ConnectionWords) => ReactNode;
}

/** Says how the connection is: latency while it is live, the attempt and a way to hurry it while it is not. */
export function ConnectionStatus({ className, children, ...connection }: ConnectionStatusProps) {
  const words = useConnectionWords(connection);
  return (
    <div data-tl="connection-status" data-state={connection.state} className={className}>
      {children === undefined ? <Words {...words} /> : children(words)}
    </div>
  );
}

function Words({ label, detail, retry }: ConnectionWords) {
  return (
    <>
      <span data-tl="dot" aria-hidden="true" />
      {/* Only the state is announced; a latency or a count-down would be read out without end. */}
      <span role="status">{label}</span>
      {detail !== "" && <span data-tl="detail">{detail}</span>}
      {retry !== null && (
        <button type="button" data-tl="button" onClick={retry}>
          Connect now
        </button>
      )}
    </>
  );
}
