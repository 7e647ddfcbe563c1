import { connect, type Socket } from "node:net";
import { FrameReader, type OnText } from "./frame-reader.ts";

const HEADERS_END = "\r\n\r\n";
/** One for all sockets: what it holds is read through before the next socket's bytes come. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

export interface SocketClient {
  /** Bytes of frames received. */
  readonly bytes: number;
  /** Sends a text frame of at most 125 bytes. */
  send(text: string): void;
  close(): void;
}

/**
 * Opens a WebSocket on loopback and counts what comes. It answers no pings, so it is only for less
 * than a minute.
 */
export function openSocket(port: number, path: string, onText: OnText, protocol?: string): Promise<SocketClient> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader(onText);
    let bytes = 0;
    let handshake: string | undefined = "";
    const handleChunk = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (handshake === undefined) return reader.push(chunk);
      handshake += chunk.toString("latin1");
      const end = handshake.indexOf(HEADERS_END);
      if (end < 0) return;
      if (!handshake.startsWith("HTTP/1.1 101")) return reject(new Error(handshake.slice(0, end)));
      const rest = Buffer.from(handshake.slice(end + HEADERS_END.length), "latin1");
      handshake = undefined;
      bytes = rest.length;
      resolve({
        get bytes() {
          return bytes;
        },
        send: (text) => sendText(socket, text),
        close: () => socket.destroy(),
      });
      reader.push(rest);
    };
    const socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          handleChunk((buffer as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    socket.on("error", reject);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        (protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`) +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==${HEADERS_END}`,
    );
  });
}

function sendText(socket: Socket, text: string): void {
  const payload = Buffer.from(text);
  // Masked, as a client must; a mask of zeros changes nothing.
  socket.write(Buffer.concat([Buffer.of(0x81, 0x80 | payload.length, 0, 0, 0, 0), payload]));
}
