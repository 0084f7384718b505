import type { DeadLetter } from "../../operators/stream/batch.ts";
import type { GraphOutput } from "../../operators/stream/lane-graph.ts";
import type { Headers } from "../../operators/stream/record.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { OutRecord } from "../kafka/port.ts";
import type { Links } from "./links.ts";

/** What a graph has produced, as records of the log: encoded, keyed, with headers; marks to every partition; dead letters with their bytes. */
export function* outgoing(outputs: readonly GraphOutput[], pipeline: string, { codec, named, partitionsOf }: Links): Generator<OutRecord> {
  for (const output of outputs) {
    if (output.kind === "letter") {
      yield deadLetter(output.letter, pipeline, named);
      continue;
    }
    const topic = named(output.topic.name);
    const value = codec.encode(output.topic, output.value);
    if (output.kind === "mark") {
      for (let partition = 0; partition < partitionsOf(topic); partition += 1) yield { topic, partition, key: null, value };
      continue;
    }
    if (value.length > output.topic.maxRecordBytes) {
      const message = `a record for ${topic} has ${value.length} bytes, at most ${output.topic.maxRecordBytes} fit`;
      const letter = {
        stage: "encode",
        code: "GW_RECORD_TOO_LARGE",
        message,
        topic: output.topic.name,
        partition: 0,
        origin: output.origin,
        value: output.value,
      } as const;
      yield deadLetter(letter, pipeline, named);
      continue;
    }
    const headers = output.topic.headers?.(output.value);
    yield { topic, key: Buffer.from(output.key), value, headers: headers === undefined ? undefined : asBuffers(headers) };
  }
}

/** The bytes as they came, the reason in headers; the original headers stay unchanged beside them. */
export function deadLetter(letter: DeadLetter, pipeline: string, named: (topic: string) => string): OutRecord {
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
    "dlq.attempts": "1",
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
