import "./support/dom.ts";
import { cleanup, render } from "@testing-library/react";
import { StrictMode, useLayoutEffect } from "react";
import { afterEach, expect, test } from "vitest";
import type { Client } from "@throughline/client";
import { ThroughlineProvider, useClient } from "../src/index.ts";

afterEach(cleanup);

/** The client that was rendered last. */
let seen: Client | undefined;

function See() {
  const client = useClient();
  useLayoutEffect(() => {
    seen = client;
  });
  return null;
}

interface AppProps {
  readonly user: string;
  readonly identity?: string;
  readonly isKeyed?: boolean;
}

/** A token's function that is written in place is another at each rendering. */
function App({ user, isKeyed = false, ...identity }: AppProps) {
  return (
    <StrictMode>
      <ThroughlineProvider
        key={isKeyed ? user : "same"}
        url="http://nobody.example"
        token={async () => user}
        {...identity}
      >
        <See />
      </ThroughlineProvider>
    </StrictMode>
  );
}

/** The clients of two renderings, one right after the other. */
function clientsOf(first: AppProps, second: AppProps): readonly [Client | undefined, Client | undefined] {
  const { rerender } = render(<App {...first} />);
  const before = seen;
  rerender(<App {...second} />);
  return [before, seen];
}

test("a function written in place keeps the client, whoever it stands for by now", () => {
  const [before, after] = clientsOf({ user: "ada" }, { user: "ada" });
  expect(after).toBe(before);
});

test("whoever is signed in next under another key gets nothing of the one before", () => {
  const [before, after] = clientsOf({ user: "ada", isKeyed: true }, { user: "bob", isKeyed: true });
  expect(after).not.toBe(before);
});

test("whoever is signed in next as another identity gets nothing of the one before, and finds one's own again", () => {
  const [ada, bob] = clientsOf({ user: "ada", identity: "ada" }, { user: "bob", identity: "bob" });
  expect(bob).not.toBe(ada);
  cleanup();
  render(<App user="bob" identity="bob" isKeyed />);
  expect(seen).toBe(bob);
});
