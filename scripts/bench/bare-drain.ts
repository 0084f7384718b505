import kafkajs from "kafkajs";
// Teaches kafkajs zstd, which our producer writes, and stops its endless timers.
import "../../infra/kafka/kafkajs/dialling.ts";
import { topics } from "../../schemas/topics/index.ts";
import { course, finish, stopwatch } from "./contender.ts";

/** The yardstick: kafkajs consumes the topic and adds up value lengths; with `decode` in its second argument avsc decodes each value too. */
const { brokers, topic, records, run } = course();
const decodes = process.argv[3] === "decode";
const consumer = new kafkajs.Kafka({ clientId: "bench", brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).consumer({
  groupId: run,
});
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
let seen = 0;
let bytes = 0;
let lap: ReturnType<typeof stopwatch> | undefined;
await consumer.run({
  partitionsConsumedConcurrently: 4,
  eachBatch: async ({ batch }) => {
    lap ??= stopwatch();
    for (const { value } of batch.messages) {
      bytes += value?.length ?? 0;
      if (decodes) topics.router.type.fromBuffer(value?.subarray(5) ?? Buffer.alloc(0));
    }
    seen += batch.messages.length;
    if (seen >= records && bytes > 0) finish({ records: seen, ...lap() });
  },
});
