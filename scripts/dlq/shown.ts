import type { Headers, LogRecord } from "../../operators/stream/record.ts";
import { faults } from "../../schemas/faults/faults.ts";
import { letterOf } from "../tail/letter.ts";

const dumpBytes = 512;

/** One dead letter as lines for people, or as one JSON object with everything. */
export function shown(record: LogRecord, json: boolean): string[] {
  const letter = letterOf(record);
  const headers = originalHeaders(record.headers);
  const keyBase64 = record.key === null ? null : record.key.toString("base64");
  if (json) return [JSON.stringify({ offset: record.offset, timestamp: record.timestampMs, ...letter, keyBase64, headers })];
  const { code, message, stage, pipeline, origin, attempts, schemaId } = letter;
  const remedy = Object.hasOwn(faults, code) ? faults[code as keyof typeof faults].remedy : "";
  return [
    `${code}: ${message}`,
    ...(remedy === "" ? [] : [`remedy    ${remedy}`]),
    `from      ${origin.topic} partition ${origin.partition} offset ${origin.offset}${origin.timestamp < 0 ? "" : `, ${new Date(origin.timestamp).toISOString()}`}`,
    `in        ${pipeline}, stage ${stage}, attempts ${attempts}${schemaId === "" ? "" : `, schema ${schemaId}`}`,
    `key       ${record.key === null ? "none" : JSON.stringify(record.key.toString())}`,
    ...Object.entries(headers).map(([name, value]) => `header    ${name}: ${value}`),
    record.value === null ? "value     null" : `value     ${record.value.length} bytes`,
    ...(record.value === null ? [] : hexDump(record.value.subarray(0, dumpBytes))),
    ...(record.value !== null && record.value.length > dumpBytes ? ["…"] : []),
  ];
}

const originalHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (name.startsWith("dlq.") ? [] : [[name, String(value)]])));

/** Sixteen bytes a line, with what is printable beside them. */
function hexDump(bytes: Buffer): string[] {
  const out: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const piece = bytes.subarray(at, at + 16);
    const hex = [...piece].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = [...piece].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    out.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return out;
}
