import avro from "avsc";
import type { ClockDump } from "./clock.ts";
import type { StoreDump } from "./store.ts";

/** A graph at one position of its inputs: watermark, clocks, what was last marked, and every store. Its form is part of every checkpoint. */
export interface Checkpoint {
  watermark: number;
  clocks: (ClockDump & { idle: boolean })[];
  marked: { watermark: number; idle: boolean } | null;
  stores: (StoreDump & { name: string })[];
}

/** A sending lane as a MarkClock knows it. */
const source = {
  type: "record",
  name: "Source",
  fields: [
    { name: "id", type: "int" },
    { name: "watermark", type: "double" },
    { name: "idleUntilMs", type: "double" },
  ],
};
/** In the order of the part's inputs. */
const clock = {
  type: "record",
  name: "Clock",
  fields: [
    { name: "watermark", type: "double" },
    { name: "idle", type: "boolean" },
    { name: "sources", type: { type: "array", items: source } },
  ],
};
/** Entries are packed by the store itself, under a schema that travels with them. */
const store = {
  type: "record",
  name: "Store",
  fields: [
    { name: "name", type: "string" },
    { name: "schema", type: "string" },
    { name: "sweptAt", type: "double" },
    { name: "entries", type: "bytes" },
  ],
};
/** What was last told to the next part: a mark is not sent twice. */
const marked = {
  type: "record",
  name: "Marked",
  fields: [
    { name: "watermark", type: "double" },
    { name: "idle", type: "boolean" },
  ],
};
/** -Infinity and NaN are doubles like any other to Avro, so a lane that knows no time yet can be saved. */
export const checkpointType = avro.Type.forSchema({
  type: "record",
  name: "Checkpoint",
  fields: [
    { name: "watermark", type: "double" },
    { name: "clocks", type: { type: "array", items: clock } },
    { name: "marked", type: ["null", marked] },
    { name: "stores", type: { type: "array", items: store } },
  ],
} as avro.Schema);
