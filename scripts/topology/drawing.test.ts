import { describe, expect, it } from "vitest";
import { z } from "zod";
import { pipeline } from "../../operators/stream/pipeline.ts";
import { pipelines } from "../../pipelines/index.ts";
import { topics } from "../../schemas/topics/index.ts";
import { orderTest, rekeyTest, tableTest } from "../../test/lanes/pipelines.ts";
import { topology } from "../commands/topology.ts";
import { asMermaid, asText, drawn, drawnByDefault, latenessText } from "./drawing.ts";

describe("a pipeline as data", () => {
  it("says what each stage reads, in the order it was wired", () => {
    const [part] = drawn(tableTest.shape()).parts;
    expect(part?.inputs).toEqual([
      { topic: "test.left", role: "lane" },
      { topic: "test.table", role: "table" },
    ]);
    expect(part?.stages.map(({ name, after }) => [name, after])).toEqual([
      ["change", ["test.table"]],
      ["reading", ["test.left"]],
      ["join", ["change", "reading"]],
    ]);
    expect(part?.outputs).toEqual([{ topic: "test.priced", after: ["join"] }]);
  });

  it("leaves out what is no stage, and still knows what lies behind it", () => {
    expect(drawn(orderTest.shape()).parts[0]?.stages).toMatchObject([{ name: "chain", after: ["test.left", "test.right"] }]);
  });

  it("has two parts where a rekey cuts it, joined by the topic between them", () => {
    const [first, second] = drawn(rekeyTest.shape()).parts;
    expect(first?.outputs.map(({ topic }) => topic)).toEqual(["gatewatch.internal.rekey-test.by-group"]);
    expect(second?.inputs).toEqual([{ topic: "gatewatch.internal.rekey-test.by-group", role: "parts" }]);
    expect([first?.part, second?.part]).toEqual(["test.left", "by-group"]);
  });

  it("names a stage once that two outputs need", () => {
    for (const pipeline of pipelines) {
      for (const { stages } of drawn(pipeline.shape()).parts) {
        expect(new Set(stages.map(({ name }) => name)).size).toBe(stages.length);
      }
    }
  });
});

describe("how late a record may be", () => {
  const late = pipeline("late-test", { summary: "s", latenessS: 12.5, options: z.object({}) }, ({ from, to }) => [
    to(topics.router, from(topics.router)),
  ]);

  it("is what the pipeline says by default", () => {
    expect(drawnByDefault(late)).toEqual({ ...drawn(late.shape()), latenessS: 12.5 });
    expect(asText(drawnByDefault(late)).split("\n")[0]).toBe("late-test (a record may be 12.5 s late: late-test.latenessS)");
    expect(latenessText([late, late])).toBe("How late a record may be in event time, by default: late-test 12.5 s, late-test 12.5 s.");
  });

  it("stands in the help of topology for every pipeline", () => {
    for (const { name, options } of pipelines) {
      const { latenessS } = options.parse({});
      expect(latenessS).toEqual(expect.any(Number));
      expect(topology.details).toContain(`${name} ${latenessS} s`);
    }
  });
});

describe("a pipeline as a picture", () => {
  it("has a box for every stage, a round one for every topic, and an arrow for every edge", () => {
    expect(asMermaid(drawn(orderTest.shape()))).toBe(
      [
        "flowchart LR",
        "  topic_test_left([test.left])",
        "  topic_test_right([test.right])",
        '  subgraph part_test_left["order-test"]',
        '    test_left_chain["chain<br/><small>chain</small>"]',
        "  end",
        "  topic_test_left --> test_left_chain",
        "  topic_test_right --> test_left_chain",
        "  topic_test_numbered([test.numbered])",
        "  test_left_chain --> topic_test_numbered",
        "",
      ].join("\n"),
    );
  });

  it("draws a topic between two parts once", () => {
    const picture = asMermaid(drawn(rekeyTest.shape()));
    expect(picture.match(/\(\[gatewatch\.internal\.rekey-test\.by-group\]\)/g)).toHaveLength(1);
    expect(picture).toContain('["rekey-test: by-group"]');
  });

  it("breaks at no quotation mark in a name", () => {
    const [part] = drawn(orderTest.shape()).parts;
    const stage = { name: 'a "b"', kind: "k", summary: "", settings: {}, after: ["test.left"] };
    const picture = asMermaid({ pipeline: 'p"q', parts: [{ part: "x", inputs: part?.inputs ?? [], stages: [stage], outputs: [] }] });
    expect(picture).toContain('["p\'q"]');
    expect(picture).toContain("[\"a 'b'<br/>");
  });
});

describe("a pipeline as text", () => {
  it("has a line for each step", () => {
    expect(asText(drawn(tableTest.shape()))).toBe(
      [
        "table-test",
        "  in   test.left",
        "  in   test.table (table, read whole)",
        "       test.table -> change: as it is",
        "       test.left -> reading: as it is",
        "       change + reading -> join (join): the newest price of the key",
        "  out  test.priced <- join",
        "",
      ].join("\n"),
    );
  });

  it("heads the parts where there are several", () => {
    expect(asText(drawn(rekeyTest.shape())).match(/^ {2}part .*$/gm)).toEqual(["  part test.left", "  part by-group"]);
  });
});
