import avro from "avsc";
import { avroFile } from "../shapes/avro-file.ts";
import { type Field, type RecordShape, shapeOf } from "../shapes/shape.ts";
import { keyBuilder } from "./key.ts";
import { type Rule, senseOf } from "./sense.ts";
import { implausibleTime, tooFarAhead } from "./time.ts";

/** A topic of the catalogue: all that anyone needs to know to write it, read it, make it or keep it. */
export interface Topic<T> {
  readonly name: string;
  /** As registered; null where the topic holds raw bytes. */
  readonly schema: object | null;
  readonly type: avro.Type;
  readonly role: Role;
  key(value: T): string;
  readonly keyFields: readonly string[];
  /** Microseconds since 1970; null where records have no place in time. */
  readonly eventTime: { bivariant(value: T): number }["bivariant"] | null;
  readonly partitions: { readonly local: number; readonly production: number };
  readonly cleanup: "delete" | "compact";
  /** -1 keeps records for ever. */
  readonly retentionMs: number;
  /** Of a record's value as it is sent. */
  readonly maxRecordBytes: number;
  readonly timestampType: "LogAppendTime" | "CreateTime";
  /** The ClickHouse table that a sink fills from it. */
  readonly table: string | null;
  /** Fills in, in place, what the topic derives from other fields; the record must be the caller's own. */
  complete(value: T): T;
  /** Why the record cannot be true, naming the field; undefined where nothing speaks against it. */
  senseless(value: T): string | undefined;
  /**
   * Why a time cannot be true: that of the event outside 2000 to 2100, or it or any other at which something had happened more than
   * `maxAheadMs` after the broker's (nothing is, where that is NaN).
   */
  untimely(value: T, brokerTimestampMs: number, maxAheadMs: number): string | undefined;
  /** Record headers, so that readers can choose without decoding. */
  headers?(value: T): Record<string, string>;
  /** Whether someone waits for it: it is written within 100 ms and not within a second. */
  readonly urgent: boolean;
  readonly doc: string;
}
/** A topic of whatever value: what lists and loops take. */
export type AnyTopic = Topic<unknown>;

/** `input`: what others write. `output`: what pipelines write. `table`: one compacted partition that every lane reads whole. */
export type Role = "input" | "output" | "table" | "internal";

/** What a catalogue entry says; all else follows from its role and its schema. */
interface TopicEntry<T> {
  readonly name: string;
  readonly role: Exclude<Role, "internal">;
  /** In this order; the first is a text. */
  readonly key: readonly (keyof T & string)[];
  readonly eventTime: (keyof T & string) | null;
  /** Times of what is to come, which may lie ahead. */
  readonly planned?: readonly (keyof T & string)[];
  readonly table?: string;
  readonly retentionMs?: number;
  readonly complete?: (value: Writable<T>) => void;
  /** What one field's bounds cannot say. */
  readonly rules?: readonly Rule<T>[];
  /** Of values that readers choose by; short texts. */
  readonly headers?: (value: T) => Record<string, string>;
  readonly urgent?: boolean;
}
/** A record before anyone else has seen it: `complete` fills it in, in place. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An entry of the catalogue: the schema comes from `schemas/avro/<name>.avsc`, the rest from the topic's role unless it says otherwise. */
export function topic<T extends object>({
  name,
  role,
  key,
  eventTime,
  planned = [],
  complete,
  rules = [],
  table = null,
  ...entry
}: EntryOf<T>): Topic<T> {
  const schema = avroFile(name);
  const shape = shapeOf(schema);
  return {
    name,
    schema,
    type: avroType(schema),
    role,
    key: keyBuilder(key, shape),
    keyFields: key,
    eventTime: eventTime === null ? null : timeField(shape, eventTime),
    ...byRole[role],
    complete: inPlace(complete),
    senseless: senseOf(shape, { eventTime: role === "table" ? null : eventTime, rules: rules as readonly Rule<never>[] }),
    untimely: timeCheck(shape, eventTime, planned),
    table,
    urgent: entry.urgent ?? false,
    doc: shape.doc,
    ...(entry.headers === undefined ? {} : { headers: entry.headers }),
    ...(entry.retentionMs === undefined ? {} : { retentionMs: entry.retentionMs }),
  };
}

function inPlace<T>(complete: ((value: Writable<T>) => void) | undefined): (value: T) => T {
  return (value) => {
    complete?.(value);
    return value;
  };
}

type EntryOf<T> = Omit<TopicEntry<T>, "table"> & { readonly table?: string | null };

/** Records without the methods avsc would hang on them: a field may have any name. */
export const avroType = (schema: object): avro.Type => avro.Type.forSchema(schema as avro.Schema, { omitRecordMethods: true });

/** In milliseconds, as topics keep their retention. */
export const days = (count: number): number => count * 86_400_000;
/** As Kafka says it in `retention.ms`. */
export const forEver = -1;

const many = { local: 4, production: 12 };
/** One record of an input, 1 MB. */
export const inputRecordBytes = 1_000_000;

/** What topics of a role have in common unless an entry says otherwise. */
const byRole = {
  input: { partitions: many, cleanup: "delete", retentionMs: days(3), maxRecordBytes: inputRecordBytes, timestampType: "LogAppendTime" },
  output: { partitions: many, cleanup: "delete", retentionMs: days(7), maxRecordBytes: inputRecordBytes, timestampType: "CreateTime" },
  table: {
    partitions: { local: 1, production: 1 },
    cleanup: "compact",
    retentionMs: forEver,
    maxRecordBytes: inputRecordBytes,
    timestampType: "LogAppendTime",
  },
} as const;

/** Throws a TypeError where the field is no time: a lane would run on a number that is none. */
function timeField<T>(shape: RecordShape, name: keyof T & string): (value: T) => number {
  if (shape.fields.find((field) => field.name === name)?.shape.kind !== "time") throw new TypeError(`${shape.name}.${name} is not a time`);
  return (value) => value[name] as number;
}

/** The event's own time is looked at first: it speaks of itself by no name. */
function timeCheck<T extends object>(shape: RecordShape, eventTime: string | null, planned: readonly string[]): Topic<T>["untimely"] {
  const isTime = ({ shape: of }: Field) => (of.kind === "optional" ? of.of.kind : of.kind) === "time";
  const others = shape.fields.filter((field) => isTime(field) && field.name !== eventTime && !planned.includes(field.name));
  // `ts` stands first and may be made of the others: the reason names what was given.
  const names = others.map(({ name }) => name).reverse();
  return (value, brokerTimestampMs, maxAheadMs) => {
    const times = value as Readonly<Record<string, number | null>>;
    const wrong = eventTime === null ? undefined : implausibleTime(times[eventTime] as number, brokerTimestampMs, maxAheadMs);
    if (wrong !== undefined) return wrong;
    for (const name of names) {
      const ahead = tooFarAhead(times[name] ?? 0, brokerTimestampMs, maxAheadMs);
      if (ahead !== undefined) return `${name} is ${ahead} ms after the broker's time`;
    }
    return undefined;
  };
}
