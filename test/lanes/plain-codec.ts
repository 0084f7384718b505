import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { Fault } from "../../schemas/faults/fault.ts";

/** Avro in the Confluent framing with the topic's own type: what a registry would give, without one. */
export const plainCodec: RecordCodec = {
  unknownIds: () => [],
  warm: async () => undefined,
  register: async () => undefined,
  decode(topic, { value }) {
    if (value === null || value[0] !== 0 || value.length < 5) throw new Fault("GW_DECODE_FRAMING", "not the wire format");
    return topic.type.fromBuffer(value.subarray(5));
  },
  encode: (topic, value) => Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), topic.type.toBuffer(value)]),
};
