import type { LogPort } from "../port.ts";
import { MemoryPort } from "./port.ts";
import { MemoryStorage } from "./storage.ts";

/** A log in this process that several clients or workers share, each by a port of its own. */
export class MemoryLog extends MemoryStorage {
  connect(): LogPort {
    return new MemoryPort(this);
  }
}

export const openMemoryLog = (now?: () => number): MemoryLog => new MemoryLog(now);
