import type { Refused } from "../../operators/stream/admit.ts";
import type { DeadLetter } from "../../operators/stream/batch.ts";
import { tooLarge } from "../../operators/stream/carriage.ts";
import type { GraphOutput } from "../../operators/stream/lane-graph.ts";
import type { Headers } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { OutRecord } from "../kafka/port.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import type { Links } from "./links.ts";

/** What a graph has produced, as records of the log: encoded, keyed, with headers; marks to every partition; dead letters with their bytes. */
export function* outgoing(outputs: readonly GraphOutput[], pipeline: string, { codec, named, partitionsOf }: Links): Generator<OutRecord> {
  for (const output of outputs) {
    if (output.kind === "letter") {
      yield deadLetter(output.letter, pipeline, named);
      continue;
    }
    const topic = named(output.topic.name);
    if (output.kind === "mark") {
      const value = codec.encode(output.topic, output.value);
      for (let partition = 0; partition < partitionsOf(topic); partition += 1) yield { topic, partition, key: null, value };
      continue;
    }
    const value = encoded(output, codec);
    if (!Buffer.isBuffer(value)) {
      const { value: unwritten, origin, from } = output;
      yield deadLetter({ stage: "encode", ...value, ...from, origin, value: unwritten }, pipeline, named);
      continue;
    }
    const headers = output.topic.headers?.(output.value);
    yield { topic, key: Buffer.from(output.key), value, headers: headers === undefined ? undefined : asBuffers(headers) };
  }
}

/** The value's bytes, or why its topic cannot carry it. */
function encoded({ topic, key, value }: GraphOutput & { kind: "record" }, codec: RecordCodec): Buffer | Refused {
  try {
    const bytes = codec.encode(topic, value);
    return tooLarge(topic, key, value, bytes.length - framingBytes) ?? bytes;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "GW_RECORD_SHAPE") throw error;
    return { code: error.code, message: error.message };
  }
}

/** Of the Confluent wire format: a zero and the schema id. */
const framingBytes = 5;

/** The bytes as they came, the reason in headers; the original headers stay unchanged beside them. */
export function deadLetter(letter: DeadLetter, pipeline: string, named: (topic: string) => string, attempts = 1): OutRecord {
  const { origin, stage, code, message, topic, partition, value } = letter;
  const reason = {
    "dlq.topic": named(topic),
    "dlq.partition": String(partition),
    "dlq.offset": String(origin?.offset ?? -1),
    "dlq.timestamp": String(origin?.timestampMs ?? -1),
    "dlq.pipeline": pipeline,
    "dlq.stage": stage,
    "dlq.code": code,
    "dlq.message": message.slice(0, 2_000),
    "dlq.attempts": String(attempts),
    "dlq.schemaId": schemaId(origin?.value),
  };
  const body = origin === undefined ? Buffer.from(JSON.stringify(value ?? null)) : origin.value;
  return { topic: named(topics.dlq.name), key: origin?.key ?? null, value: body, headers: { ...origin?.headers, ...asBuffers(reason) } };
}

/** As the Confluent wire format has it, empty where the bytes are none. */
function schemaId(value: Buffer | null | undefined): string {
  return value != null && value.length >= 5 && value[0] === 0 ? String(value.readUInt32BE(1)) : "";
}

const asBuffers = (headers: Readonly<Record<string, string>>): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));
