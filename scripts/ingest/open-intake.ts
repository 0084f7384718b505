import type { Settings } from "../../infra/config/settings.ts";
import { KafkaIntake } from "../../infra/ingest/intake.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { protect } from "../../operators/privacy/protect.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import { topicSpec } from "../worker/topic-specs.ts";

/** What an intake is opened with; the connections stay the caller's. */
export interface Connected {
  readonly log: LogPort;
  readonly codec: RecordCodec;
  readonly named: (topic: string) => string;
}

/** An intake by the configuration: topics and schemas are made where missing, requests lose what must not be kept. */
export function openIntake({ log, codec, named }: Connected, settings: Settings): KafkaIntake {
  const { ingest, privacy, kafka, lane } = settings;
  return new KafkaIntake({
    log,
    codec,
    named,
    ensure: async (topic) => {
      await log.admin.createTopics([topicSpec(topic, named, kafka)]);
      await codec.register([topic]);
    },
    prepare: (topic: AnyTopic, value) => (topic.name === topics.request.name ? protect(value as RequestEvent, privacy) : value),
    maxAheadMs: lane.maxAheadMs,
    maxBytesInFlight: ingest.maxBytesInFlight,
    patienceMs: ingest.patienceS * 1_000,
  });
}
