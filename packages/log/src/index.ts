export { createMemoryLog, type MemoryLogOptions } from "./memory/memory-log.ts";
export { memoryDisk, type DiskWrite, type MemoryDisk, type MemoryDiskOptions, type WriteFate } from "./memory/disk.ts";
export { openSqliteLog, type SqliteLogOptions } from "./sqlite/open.ts";
export * from "./stream-log.ts";
