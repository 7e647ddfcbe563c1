import {
  type HelloFrame,
  type NativeClientFrame,
  type NativeServerFrame,
  ThroughlineError,
} from "@throughline/protocol";
import type { NativeContext, Transport } from "../carriers/carrier.ts";
import { Ladder } from "../carriers/ladder.ts";
import type { ClientSystem } from "../seams.ts";
import type { Emits } from "../stores/emitter.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import type { Link, LinkHost } from "./link.ts";
import type { ReconnectPolicy } from "./policy.ts";
import { type TokenProvider, Tokens } from "./token.ts";

export interface NativeLinkOptions {
  readonly system: ClientSystem;
  readonly url: string;
  readonly clientId: string;
  readonly name: string | undefined;
  readonly token: string | TokenProvider | undefined;
  readonly transports: readonly Transport[];
  readonly policy: ReconnectPolicy;
  readonly events: Emits<ConnectionEvents>;
  readonly host: LinkHost;
}

/** A connection of one's own in the native protocol, over whichever transport lets it through. */
export function createNativeLink(options: NativeLinkOptions): Link {
  const { system, url, clientId, name, events, host } = options;
  const tokens = new Tokens(system.clock, options.token, () => renewToken());
  const hello = async (): Promise<HelloFrame> => {
    const token = await tokens.get();
    return {
      type: "hello",
      client_id: clientId,
      ...(name !== undefined && { name }),
      ...(token !== undefined && { token }),
    };
  };
  const context: NativeContext = { system, url, hello, subscriptions: () => host.subscriptions() };
  const ladder = new Ladder(context, options.transports);
  const connection = new Connection<NativeClientFrame, NativeServerFrame>({
    system,
    policy: options.policy,
    events,
    dialler: {
      dial: (dialHost) => {
        // Whatever ended the connection before, a token that was turned down is not shown again.
        if (connection.wasDenied) tokens.forget();
        return ladder.dial(dialHost);
      },
    },
    host: { opened: () => host.opened(), ended: () => host.ended(), frame: receive },
  });

  function receive(frame: NativeServerFrame): void {
    if (frame.type === "draining") connection.drain(frame.retry_after_ms);
    else if (frame.type === "error") events.emit("error", new ThroughlineError(frame.code, frame.message));
    else host.frame(frame);
  }

  function renewToken(): void {
    tokens.forget();
    // Where none can be had, the one that is in use serves until the server turns it down.
    hello().then(
      (frame) => connection.send(frame),
      () => {},
    );
  }

  return {
    state: connection.state,
    connect: () => connection.connect(),
    disconnect: () => {
      // Nobody needs one meanwhile.
      tokens.forget();
      connection.disconnect();
    },
    close: () => {
      tokens.close();
      connection.close();
    },
    nudge: () => connection.nudge(),
    send: (frame) => connection.send(frame),
    renewToken,
  };
}
