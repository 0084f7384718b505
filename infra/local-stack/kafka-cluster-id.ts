import { randomBytes } from "node:crypto";

/** The id of a new cluster: 16 bytes as base64url. One in 64 begins with a dash, which Kafka's tools take for an option: those are thrown again. */
export function clusterId(draw: () => Buffer = () => randomBytes(16)): string {
  for (;;) {
    const id = draw().toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}
