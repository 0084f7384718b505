import { type SharedPart, sharedPart } from "./shared-part.ts";

/** The Kafka of this test run, one broker for all files. Undefined where this machine has none; skip then. */
export const realKafka = (): Promise<SharedPart | undefined> => sharedPart("kafka");
