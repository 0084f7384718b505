import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { firstSight } from "./first-sight.ts";
import { type Inspection, inspectRequest } from "./inspection.ts";
import type { Known } from "./intel-index.ts";

const second = 1_000_000;
const make = (store: StoreFactory) => firstSight("first", { maxKeys: 3, store });
const seen = (given: Partial<RequestEvent>, ...known: string[]): Inspection => {
  const event = { ...requestDefaults, requestId: "r", path: "/a", ...given };
  const met = known.map((key) => ({ known: { key } as Known, place: "hash" }));
  return { event, judgements: inspectRequest(event), met };
};
const told = (...records: Inspection[]) => drive(make, [{ watermark: 0, records }]).out;
const through = (...records: Inspection[]) => told(...records).length;

/** Scores 0.55, 0.75 and more. */
const probe = { path: "/.git/config" } as const;
const script = { path: "/?a=<script>" } as const;
const union = "1' union select a from b--";

describe("first sight of a request", () => {
  conforms({
    make,
    records: fc
      .record({
        requestId: fc.constantFrom("a", "b", "c", "d", ""),
        body: fc.constantFrom(null, "x", "<script>", union),
        path: fc.constantFrom(null, "/", probe.path),
        ts: fc.constantFrom(1e15, 1e15 + 9e8, 1e15 + 2e9),
      })
      .map((given) => seen(given, ...(given.body === "x" ? ["known"] : []))),
    time: ({ event }) => event.ts,
    drops: ["seen-before"],
    maxKeys: 3,
  });

  it("passes, the same told again in another state does not", () => {
    expect(through(seen({ state: "RECEIVED" }), seen({ state: "FINISHED", httpStatus: 200 }))).toBe(1);
  });

  it("is one where a state tells less than another, whichever comes first", () => {
    const whole = seen({ ...script, body: "x", headers: [{ name: "a", value: "b" }], sourceIp: "192.0.2.1", prompt: "hello" });
    const bodiless = seen({ ...script, sourceIp: "192.0.2.1" });
    const bare = seen({ path: null, method: "POST" });
    expect(through(whole, bodiless, bare, seen({ ...script, headers: [], body: "" }))).toBe(1);
    expect(through(whole, bodiless, whole)).toBe(1);
    expect(told(bodiless, whole, bodiless).map(({ judgements }) => judgements.map(({ kind }) => kind))).toEqual([
      ["http.threat"],
      ["prompt.injection"],
    ]);
  });

  it("comes again for what is worse than was told, with what that was", () => {
    const [first, second] = told(seen(probe), seen({ ...probe, body: union }), seen(probe), seen({ ...probe, body: union }));
    expect(first?.judgements).toMatchObject([{ kind: "http.threat", score: 0.55 }]);
    expect(first?.judgements[0]?.before).toBeUndefined();
    expect(second?.judgements).toMatchObject([{ kind: "http.threat", before: { score: 0.55, category: "reconnaissance" } }]);
    expect(second?.judgements[0]?.score).toBeGreaterThan(0.9);
    expect(through(seen(probe), seen({ ...probe, body: union }), seen({ ...probe, body: union, prompt: "" }))).toBe(2);
  });

  it("comes again for an indicator that was not met before, and tells that alone", () => {
    const records = told(seen({}, "a"), seen({ body: "x" }, "a", "b"), seen({ body: "x" }, "b"));
    expect(records.map(({ judgements, met }) => [judgements.length, met.map(({ known }) => known.key)])).toEqual([
      [1, ["a"]],
      [0, ["b"]],
    ]);
  });

  it("is one for each content: an id that a client chooses hides nothing", () => {
    expect(through(seen({}), seen({ body: "other" }), seen({ body: "third" }), seen({ path: "/b" }))).toBe(3);
    const scan = Array.from({ length: 100 }, (_, i) => seen({ path: `/.git/${i}` }));
    expect(through(...scan)).toBe(100);
  });

  it("remembers four contents of an id", () => {
    const one = (i: number) => seen({ path: `/.git/${i}` });
    expect(through(one(0), one(1), one(2), one(3), one(0))).toBe(4);
    expect(through(one(0), one(1), one(2), one(3), one(4), one(4), one(0))).toBe(6);
  });

  it("is one for each time where there is no id", () => {
    expect(through(seen({ requestId: "" }), seen({ requestId: "", ts: requestDefaults.ts + 1 }))).toBe(2);
  });

  it("comes again after a quarter of an hour", () => {
    const at = (time: number) => ({ watermark: time, records: [seen({})] });
    expect(drive(make, [at(0), at(899 * second), at(1_800 * second)]).out).toHaveLength(2);
  });
});
