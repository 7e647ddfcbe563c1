import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { scripted } from "@throughline/agents";
import { createGateway, type Gateway, systemClock, systemRandom } from "@throughline/gateway";
import { createMemoryLog } from "@throughline/log";
import { describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { WsClient } from "../support/ws-client.ts";

/** A gateway as a guest on a server that belongs to somebody else. */

interface Host extends AsyncDisposable {
  readonly origin: string;
  readonly ws: string;
}

async function host(prepare: (server: Server, gateway: Gateway) => void): Promise<Host> {
  const log = createMemoryLog({ clock: systemClock, random: systemRandom });
  const gateway = await createGateway({ log, agents: [scripted] });
  const server = createServer();
  prepare(server, gateway);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await log.close();
    },
  };
}

const status = async (url: string, method = "GET"): Promise<number> => {
  const response = await fetch(url, { method });
  await response.arrayBuffer();
  return response.status;
};

describe("requests", () => {
  test("the host's listeners hear of all but the gateway's own addresses", async () => {
    const heard: (string | undefined)[] = [];
    await using server = await host((http, gateway) => {
      http.on("request", ({ url }, response) => {
        heard.push(url);
        response.writeHead(299).end();
      });
      gateway.attach(http);
    });
    const asked = [
      "/health",
      "/api/v1/threads/a%20b",
      "/api/v1/threads?limit=1",
      "/docs",
      "/",
      "/healthy",
      "/api/v1/mine",
    ];
    const answers = await Promise.all(asked.map((path) => status(server.origin + path)));
    expect(answers).toEqual([200, 400, 200, 200, 299, 299, 299]);
    expect(new Set(heard)).toEqual(new Set(["/", "/api/v1/mine", "/healthy"]));
  });

  test("`requests: false` leaves them all to the host", async () => {
    await using server = await host((http, gateway) => {
      http.on("request", (_request, response) => response.writeHead(299).end());
      gateway.attach(http, { requests: false });
    });
    expect(await status(`${server.origin}/health`)).toBe(299);
    const client = await WsClient.open(`${server.ws}/ws/stream`);
    expect(await client.next("connected")).toMatchObject({ type: "connected" });
    client.drop();
  });

  test("without listeners the gateway answers everything", async () => {
    await using server = await host((http, gateway) => gateway.attach(http));
    expect([await status(`${server.origin}/`), await status(`${server.origin}/health`)]).toEqual([404, 200]);
  });
});

describe("upgrades", () => {
  test("those to other addresses are left to who else listens", async () => {
    await using server = await host((http, gateway) => {
      gateway.attach(http);
      const own = new WebSocketServer({ noServer: true });
      http.on("upgrade", (request, socket, head) => {
        if (request.url !== "/mine") return;
        own.handleUpgrade(request, socket, head, (client) => client.send('{"type":"mine"}'));
      });
    });
    const [mine, ours] = await Promise.all([
      WsClient.open(`${server.ws}/mine`),
      WsClient.open(`${server.ws}/ws/stream`),
    ]);
    await Promise.all([mine.next("mine"), ours.next("connected")]);
    expect(mine.frames).toEqual([{ type: "mine" }]);
    mine.drop();
    ours.drop();
  });

  test("and refused where nobody else does", async () => {
    await using server = await host((http, gateway) => gateway.attach(http));
    await expect(WsClient.open(`${server.ws}/mine`)).rejects.toMatchObject({ status: 404 });
  });
});
