import type { Headers, Place } from "../../operators/stream/record.ts";
import type { RowFields } from "./row.ts";
import { time } from "./row-text.ts";

/** The columns of `deadLetterColumns`, in their order. A letter whose headers are not ours still becomes a row. */
export function deadLetterFields(place: Place): RowFields {
  return (record) => {
    const text = (name: string): string => headerText(record.headers, `dlq.${name}`);
    const whole = (name: string, otherwise: number): number => {
      const value = text(name);
      return /^-?\d{1,15}$/.test(value) ? Number(value) : otherwise;
    };
    const partition = whole("partition", place.partition);
    const offset = whole("offset", -1);
    const timestamp = whole("timestamp", -1);
    const micros = record.timestampMs * 1_000;
    const origin = {
      topic: text("topic"),
      partition,
      offset,
      // Years 1970 to 2262, which a DateTime64 holds.
      timestamp: timestamp < 0 || timestamp > 9_000_000_000_000 ? null : (timestamp / 1_000).toFixed(3),
    };
    const texts = [
      JSON.stringify(`${origin.topic}-${partition}-${offset}-${text("stage")}`),
      time(micros),
      ...["code", "stage", "message", "pipeline"].map((name) => JSON.stringify(text(name))),
      JSON.stringify(origin),
      String(whole("attempts", 1)),
      text("schemaId") === "" ? "null" : String(whole("schemaId", 0)),
      base64(record.key),
      base64(record.value),
      JSON.stringify(original(record.headers)),
    ];
    return { micros, texts };
  };
}

const base64 = (bytes: Buffer | null): string => (bytes === null ? "null" : `"${bytes.toString("base64")}"`);

function headerText(headers: Headers, name: string): string {
  const [value] = valuesOf(headers[name]);
  return value === undefined ? "" : value.toString();
}

const original = (headers: Headers): { name: string; valueBase64: string }[] =>
  Object.entries(headers).flatMap(([name, values]) =>
    name.startsWith("dlq.") ? [] : valuesOf(values).map((value) => ({ name, valueBase64: value.toString("base64") })),
  );

/** A header's name may stand more than once. */
const valuesOf = (values: Headers[string] | undefined): readonly Buffer[] =>
  values === undefined ? [] : Buffer.isBuffer(values) ? [values] : (values as readonly Buffer[]);
