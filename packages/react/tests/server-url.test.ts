import { afterEach, describe, expect, test } from "vitest";
import { serverUrl, socketUrl } from "../src/server-url.ts";

/** As Next.js puts it into the bundle. */
const NAME = "NEXT_PUBLIC_WS_URL";

afterEach(() => {
  delete process.env[NAME];
});

describe("the server's address", () => {
  test("is what is given, else what the bundle names, else the page's", () => {
    expect(serverUrl()).toBe("http://localhost");
    process.env[NAME] = "wss://agents.example/ws/stream";
    expect(serverUrl()).toBe("https://agents.example");
    expect(serverUrl("http://other.example")).toBe("http://other.example");
  });

  test.each([
    ["ws://a.example", "ws://a.example/ws/stream"],
    ["https://a.example/", "wss://a.example/ws/stream"],
    ["ws://a.example/ws/chat?session_id=1", "ws://a.example/ws/chat?session_id=1"],
  ])("of %s a WebSocket's is %s", (given, address) => {
    expect(socketUrl(given, "/ws/stream")).toBe(address);
    process.env[NAME] = given;
    expect(socketUrl(undefined, "/ws/stream")).toBe(address);
  });
});
