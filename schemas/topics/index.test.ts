import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type RecordShape, type Shape, shapeOf } from "../shapes/shape.ts";
import { topicByName, topics } from "./index.ts";
import { specOf } from "./spec.ts";
import type { AnyTopic } from "./topic.ts";

const all: readonly AnyTopic[] = Object.values(topics);

function records(shape: Shape): RecordShape[] {
  if (shape.kind === "optional") return records(shape.of);
  if (shape.kind === "list") return records(shape.items);
  if (shape.kind === "pairs") return [shape.record];
  return shape.kind === "record" ? [shape, ...shape.fields.flatMap((field) => records(field.shape))] : [];
}

describe("the catalogue", () => {
  it("has an entry for every Avro file, and one more for raw bytes", () => {
    const files = readdirSync(new URL("../avro/", import.meta.url)).map((file) => file.replace(".avsc", ""));
    expect(all.map(({ name }) => name).sort()).toEqual([...files, "gatewatch.dlq"].sort());
  });

  it("finds a topic by its name", () => {
    expect(topicByName("moe.router")).toBe(topics.router);
    expect(topicByName("moe.nothing")).toBeUndefined();
  });

  it("documents every record and field", () => {
    const bare = all.flatMap(({ name, schema }) =>
      (schema === null ? [] : records(shapeOf(schema))).flatMap((record) =>
        [record, ...record.fields].filter(({ doc }) => doc.length < 4).map((one) => `${name}: ${record.name}.${one.name}`),
      ),
    );
    expect(bare).toEqual([]);
  });

  it("gives every output a table, and of the inputs the load alone, which forecasts are compared with", () => {
    const outputs = ["alert", "insight", "decision", "incident", "audit", "window", "score", "dlq", "injection"];
    expect(Object.fromEntries(all.flatMap(({ name, table }) => (table === null ? [] : [[name, table]])))).toEqual({
      "moe.load": "load",
      ...Object.fromEntries(outputs.map((table) => [`gatewatch.${table}`, table])),
    });
  });

  it("takes larger records into the dead-letter topic than into any other", () => {
    const others = all
      .filter(({ name }) => name !== "gatewatch.dlq")
      .map((topic) => Number(specOf(topic, "local").settings["max.message.bytes"]));
    expect(topics.dlq.maxRecordBytes).toBeGreaterThan(Math.max(...others));
  });

  it("keeps what alerts are chosen by in their headers", () => {
    const alert = { kind: "router.baseline", severity: "HIGH", entity: { type: "layer", id: "i-0" } };
    expect(topics.alert.headers?.(alert as never)).toEqual({ kind: "router.baseline", severity: "HIGH", entity: "layer:i-0" });
  });
});

describe("times of an event", () => {
  const hour = 3_600_000;
  const at = Date.parse("2026-01-31T00:00:00Z");
  const soon = (at + hour) * 1_000;
  const tooSoon = soon + 1_000;
  const times = ({ schema, role }: AnyTopic) =>
    role === "internal" || schema === null
      ? []
      : shapeOf(schema).fields.filter(({ shape }) => (shape.kind === "optional" ? shape.of.kind : shape.kind) === "time");
  const valued = (topic: AnyTopic, value: number) => Object.fromEntries(times(topic).map(({ name }) => [name, value]));

  it.for(all.flatMap((topic) => times(topic).map(({ name }): [string, string, AnyTopic] => [topic.name, name, topic])))(
    "%s.%s is not ahead of the broker's, unless it says what is planned",
    ([, name, topic]) => {
      const planned = ["expiresTs", "endTs"].includes(name);
      const wrong = topic.untimely({ ...valued(topic, soon), [name]: tooSoon }, at, hour);
      expect(wrong === undefined).toBe(planned);
      if (!planned && name !== "windowStart" && name !== "ts") expect(wrong).toBe(`${name} is 3600001 ms after the broker's time`);
      expect(topic.untimely(valued(topic, soon), at, hour)).toBeUndefined();
      expect(topic.untimely(valued(topic, tooSoon), Number.NaN, hour)).toBeUndefined();
    },
  );

  it("that are absent are none", () => {
    const never = { scheduledTs: null, firstTokenTs: null, finishTs: null };
    expect(topics.request.untimely({ ts: soon, arrivalTs: soon, ...never } as never, at, hour)).toBeUndefined();
  });
});

describe("the broker's settings", () => {
  it("of an input", () =>
    expect(specOf(topics.router as AnyTopic, "production")).toEqual({
      name: "moe.router",
      partitions: 12,
      settings: {
        "cleanup.policy": "delete",
        "retention.ms": String(3 * 86_400_000),
        "max.message.bytes": "1065536",
        "message.timestamp.type": "LogAppendTime",
      },
    }));

  it("of a table", () =>
    expect(specOf(topics.command as AnyTopic, "production")).toMatchObject({
      partitions: 1,
      settings: { "cleanup.policy": "compact", "retention.ms": "-1", "min.compaction.lag.ms": String(2 * 3_600_000) },
    }));

  it("of the audit chain and of dead letters", () => {
    expect(specOf(topics.audit as AnyTopic, "local")).toMatchObject({
      partitions: 4,
      settings: { "retention.ms": "-1", "cleanup.policy": "delete" },
    });
    expect(specOf(topics.dlq as AnyTopic, "local").settings["retention.ms"]).toBe(String(14 * 86_400_000));
  });
});
