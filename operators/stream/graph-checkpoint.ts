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

const source = {
  type: "record",
  name: "Source",
  fields: [
    { name: "id", type: "int" },
    { name: "watermark", type: "double" },
    { name: "idle", type: "boolean" },
  ],
};
const clock = {
  type: "record",
  name: "Clock",
  fields: [
    { name: "watermark", type: "double" },
    { name: "idle", type: "boolean" },
    { name: "sources", type: { type: "array", items: source } },
  ],
};
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
const marked = {
  type: "record",
  name: "Marked",
  fields: [
    { name: "watermark", type: "double" },
    { name: "idle", type: "boolean" },
  ],
};
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
