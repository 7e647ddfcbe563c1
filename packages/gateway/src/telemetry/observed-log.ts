import { type Clock, ThroughlineError } from "@throughline/protocol";
import type { Batch, AppendResult, StreamLog } from "@throughline/log";
import type { Telemetry } from "./telemetry.ts";

/** The log, with its commits timed. Everything else goes straight through. */
export function observedLog(log: StreamLog, telemetry: Telemetry, clock: Clock): StreamLog {
  const append = async (batch: Batch): Promise<AppendResult> => {
    const start = clock.monotonic();
    try {
      const result = await log.append(batch);
      telemetry.committed((clock.monotonic() - start) / 1_000);
      return result;
    } catch (error) {
      telemetry.commitFailed(ThroughlineError.from(error, "unavailable").code);
      throw error;
    }
  };
  return {
    append,
    durability: log.durability,
    recovery: log.recovery,
    create: (stream, options) => log.create(stream, options),
    info: (stream) => log.info(stream),
    list: (prefix, options) => log.list(prefix, options),
    writable: () => log.writable(),
    read: (stream, options) => log.read(stream, options),
    readHot: (stream, options) => log.readHot(stream, options),
    tail: (stream, listener) => log.tail(stream, listener),
    control: (key) => log.control(key),
    controls: (prefix, options) => log.controls(prefix, options),
    trim: (stream, upTo) => log.trim(stream, upTo),
    delete: (stream) => log.delete(stream),
    fork: (source, target, options) => log.fork(source, target, options),
    closeStream: (stream) => log.closeStream(stream),
    setMetadata: (stream, metadata) => log.setMetadata(stream, metadata),
    health: () => log.health(),
    close: () => log.close(),
  };
}
