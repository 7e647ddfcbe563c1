export { type DiskWrite, memoryDisk, type MemoryDisk, type MemoryDiskOptions, type WriteFate } from "@throughline/log";
export { type ProcessClock, virtualClock, type VirtualClock, type VirtualClockOptions } from "./clock.ts";
export { FrameParser, type Message } from "./frame-parser.ts";
export { EventStream, type EventStreamOptions, type JsonAnswer, MemoryHttp } from "./http.ts";
export { Link, type LinkOptions } from "./link.ts";
export { seededRandom, type SeededRandom } from "./random.ts";
export { MemorySocket, type SocketEnd, type SocketOptions } from "./socket.ts";
export { dataOf, type SseEvent, SseParser } from "./sse.ts";
