import type { Logger } from "../telemetry/log.ts";
import { AvroCodec } from "./avro-codec.ts";
import type { RecordCodec } from "./record-codec.ts";
import { RegistrySource } from "./registry-source.ts";

export interface RegistrySettings {
  /** Of the Confluent API: `http://127.0.0.1:8081`, `http://127.0.0.1:8081/apis/ccompat/v7`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** A topic's name on the wire, with its namespace: subjects are named after it. */
  readonly named?: (topic: string) => string;
}

/** The codec over a schema registry. Connects to nothing before it is asked for something. */
export const openRegistryCodec = (settings: RegistrySettings, logger: Logger): RecordCodec =>
  new AvroCodec(new RegistrySource(settings, logger));
