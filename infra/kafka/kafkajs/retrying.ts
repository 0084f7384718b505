import { setTimeout as pause } from "node:timers/promises";
import { isSilence, refusalType } from "./kafka-fault.ts";

const firstWaitMs = 5;
/** Long enough to be no burden on a broker that starts, short enough for a lane that waits. */
const longestWaitMs = 300;

/** Nobody has done anything yet: the same may be asked again. */
const notYet = new Set([
  "CONCURRENT_TRANSACTIONS",
  "UNSTABLE_OFFSET_COMMIT",
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
  "NOT_LEADER_FOR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "BROKER_NOT_AVAILABLE",
  "REPLICA_NOT_AVAILABLE",
  "KAFKA_STORAGE_ERROR",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "REQUEST_TIMED_OUT",
  "THROTTLING_QUOTA_EXCEEDED",
  "NOT_CONTROLLER",
  "NETWORK_EXCEPTION",
]);

/** Whether asking again can help and cannot harm: nobody answered, or whoever answered has not begun. */
export const mayAskAgain = (error: unknown): boolean => isSilence(error) || notYet.has(refusalType(error) ?? "");

/** Repeats what may be repeated, first after 5 ms (every second transaction meets CONCURRENT_TRANSACTIONS), later every 300 ms. */
export async function retrying<R>(limitMs: number, work: () => Promise<R>, again: (error: unknown) => boolean = mayAskAgain): Promise<R> {
  const limit = Date.now() + limitMs;
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 1.5, longestWaitMs)) {
    try {
      return await work();
    } catch (error) {
      if (!again(error) || Date.now() + wait > limit) throw error;
      await pause(wait);
    }
  }
}
