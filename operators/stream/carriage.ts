import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { Refused } from "./admit.ts";

/** Beside a value of `maxRecordBytes` a topic has 64 KiB to spare; the batch's own frame needs little of it. */
const keyAndHeaderBytes = 48 * 1024;

/**
 * Why a topic cannot carry an output, if it cannot: one that is too large would fail again in every transaction that tried it,
 * and its lane would stand still. `valueBytes` without the framing.
 */
export function tooLarge(topic: AnyTopic, key: string, value: unknown, valueBytes: number): Refused | undefined {
  if (valueBytes > topic.maxRecordBytes) {
    return {
      code: "GW_RECORD_TOO_LARGE",
      message: `a record for ${topic.name} has ${valueBytes} bytes, at most ${topic.maxRecordBytes} fit`,
    };
  }
  if (key.length * 3 < keyAndHeaderBytes && topic.headers === undefined) return undefined;
  const headers = Object.entries(topic.headers?.(value) ?? {}).flat();
  const beside = [key, ...headers].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (beside <= keyAndHeaderBytes) return undefined;
  return {
    code: "GW_RECORD_TOO_LARGE",
    message: `key and headers of a record for ${topic.name} have ${beside} bytes, at most ${keyAndHeaderBytes} fit`,
  };
}
