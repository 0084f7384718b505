import { internalTopic } from "../../schemas/topics/internal.ts";
import type { Topic } from "../../schemas/topics/topic.ts";
import type { SourceRef } from "../../schemas/types/avro.ts";
import type { Codec } from "./codec.ts";

/**
 * What travels between two parts of a pipeline: a body, or (without one) a mark that says how far its sender is. Both are
 * records of the log, so a replay sees each mark where it stood.
 */
export interface Envelope<T> {
  /** The sending lane, and how many lanes its part has. */
  readonly from: number;
  readonly lanes: number;
  /** Event time in microseconds the sender has reached; -Infinity before its first record. */
  readonly watermark: number;
  /** The sender has drained its inputs: nobody waits for it, for `idleMs` after the time the broker gave the mark. It says so again before. */
  readonly idle: boolean;
  readonly idleMs: number;
  /** The public records behind the body, first and last where there are many. */
  readonly sources: readonly SourceRef[];
  readonly body: T | null;
}
/** An envelope whatever is in it, as the clock of the next part sees it. */
export type Mark = Envelope<unknown>;

/** The topic behind `rekey`: `gatewatch.internal.<pipeline>.<name>`, keyed by what the next part is keyed by. */
export function betweenParts<T>(pipeline: string, name: string, codec: Codec<T>): Topic<Envelope<T>> {
  const schema = {
    type: "record",
    name: "Envelope",
    namespace: `gatewatch.internal.${pipeline.replaceAll("-", "_")}.${name.replaceAll("-", "_")}`,
    doc: `Passed between two parts of ${pipeline}.`,
    fields: [
      { name: "from", type: "int", doc: "The sending lane." },
      { name: "lanes", type: "int", doc: "How many lanes the sending part has." },
      { name: "watermark", type: "double", doc: "Event time in microseconds the sender has reached." },
      { name: "idle", type: "boolean", doc: "The sender has drained its input and waits." },
      { name: "idleMs", type: "double", default: 0, doc: "How long after this record's timestamp that may be relied on, in milliseconds." },
      {
        name: "sources",
        type: {
          type: "array",
          items: {
            type: "record",
            name: "SourceRef",
            fields: [
              { name: "topic", type: "string" },
              { name: "partition", type: "int" },
              { name: "offset", type: "long" },
            ],
          },
        },
        doc: "The public records behind the body.",
      },
      { name: "body", type: ["null", codec.schema], default: null, doc: "Absent in a mark." },
    ],
  };
  return internalTopic<Envelope<T>>({ name: `gatewatch.internal.${pipeline}.${name}`, schema: schema as never, eventTime: null });
}
