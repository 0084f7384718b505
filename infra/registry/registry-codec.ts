import type { Logger } from "../telemetry/log.ts";
import { AvroCodec } from "./avro-codec.ts";
import type { RecordCodec } from "./record-codec.ts";
import { RegistrySource } from "./registry-source.ts";
import type { RegistrySettings } from "./settings.ts";

/** The codec over a schema registry. Connects to nothing before it is asked for something. */
export const openRegistryCodec = (settings: RegistrySettings, logger: Logger): RecordCodec =>
  new AvroCodec(new RegistrySource(settings, logger));
