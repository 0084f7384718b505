import type { LogPort } from "../port.ts";
import { MemoryPort } from "./port.ts";
import { MemoryStorage } from "./storage.ts";

/** A log in this process that several clients or workers share, each by a port of its own. */
export class MemoryLog extends MemoryStorage {
  /** What one process is to Kafka: memberships and taps of a port end with it, the log stays. */
  connect(): LogPort {
    return new MemoryPort(this);
  }
}

/** `now` gives the broker's timestamps in milliseconds; tests give one of their own. */
export const openMemoryLog = (now?: () => number): MemoryLog => new MemoryLog(now);
