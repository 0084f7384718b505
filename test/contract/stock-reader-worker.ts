import kafkajs from "kafkajs";

/** A reader as anyone would write it, in a process where nobody has taught kafkajs anything: values as a JSON list, when all have come. */
const [address = "", topic = "", count = "0"] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ clientId: "stock", brokers: [address], logLevel: kafkajs.logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `stock-${topic}` });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
const values: string[] = [];
await consumer.run({
  eachMessage: async ({ message }) => {
    values.push(String(message.value));
    if (values.length < Number(count)) return;
    process.stdout.write(JSON.stringify(values));
    process.exit(0);
  },
});
consumer.on(consumer.events.CRASH, () => process.exit(1));
