import type { LogRecord } from "../../operators/stream/record.ts";
import { tableOf } from "../../schemas/clickhouse/table.ts";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import { shapeOf } from "../../schemas/shapes/shape.ts";
import { implausibleTime } from "../../schemas/topics/time.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import { deadLetterFields } from "./dead-letter-row.ts";
import { monthOf, type Refused, type Row, type RowFields } from "./row.ts";
import { fieldTexts, time } from "./row-text.ts";

/** Makes rows of one topic's records. The same record gives the same row, whoever makes it. */
export interface RowMaker {
  /** In the order of a row's text. */
  readonly columns: readonly string[];
  /** Decodes where the topic is Avro: its schemas must be known to the codec by then. */
  row(record: LogRecord): Row | Refused;
}

export function rowMaker(topic: AnyTopic, place: { topic: string; partition: number }, codec: RecordCodec): RowMaker {
  const table = tableOf(topic);
  if (table === undefined) throw new TypeError(`${topic.name} has no table`);
  const fields = topic.schema === null ? deadLetterFields(place) : avroFields(topic, codec);
  const from = `${JSON.stringify(place.topic)},${place.partition}`;
  return {
    columns: table.columns.map(({ name }) => name),
    row(record) {
      try {
        const { micros, texts } = fields(record);
        texts.push(from, String(record.offset), time(record.timestampMs * 1_000));
        // Joined once, so that what a block holds is flat text and not a tree of pieces for every row.
        return { record, month: monthOf(micros), text: texts.join(",") };
      } catch (error) {
        const { code, message } = faultOf(error, "GW_ROW_REFUSED", `a row of ${place.topic}`);
        return { record, stage: "decode", code, message, attempts: 1 };
      }
    },
  };
}

function avroFields(topic: AnyTopic, codec: RecordCodec): RowFields {
  const shape = shapeOf(topic.schema as object);
  const fields = fieldTexts(shape);
  if (!shape.fields.some(({ name, shape: field }) => name === "ts" && field.kind === "time"))
    throw new TypeError(`${topic.name} has no ts`);
  return (record) => {
    if (record.value === null) throw new Fault("GW_RECORD_NULL", `${topic.name} takes no null values`);
    const value = topic.complete(codec.decode(topic, record)) as Record<string, unknown>;
    const micros = value.ts as number;
    const wrong = implausibleTime(micros, record.timestampMs, Number.POSITIVE_INFINITY);
    if (wrong !== undefined) throw new Fault("GW_RECORD_TIME", wrong);
    return { micros, texts: fields.map(({ name, text }) => text(value[name])) };
  };
}
