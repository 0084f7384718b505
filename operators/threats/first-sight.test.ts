import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { firstSight } from "./first-sight.ts";

const second = 1_000_000;
const make = (store: StoreFactory) => firstSight<{ event: RequestEvent }>("first", { maxKeys: 3, store });
const seen = (given: Partial<RequestEvent>) => ({ event: { ...requestDefaults, requestId: "r", path: "/a", ...given } });
const through = (...records: { event: RequestEvent }[]) => drive(make, [{ watermark: 0, records }]).out.length;

describe("first sight of a request", () => {
  conforms({
    make,
    records: fc
      .record({
        requestId: fc.constantFrom("a", "b", "c", "d", ""),
        body: fc.constantFrom(null, "x", "y"),
        ts: fc.constantFrom(1e15, 1e15 + 9e8, 1e15 + 2e9),
      })
      .map(seen),
    time: ({ event }) => event.ts,
    drops: ["seen-before"],
    maxKeys: 3,
  });

  it("passes, the same told again in another state does not", () => {
    expect(through(seen({ state: "RECEIVED" }), seen({ state: "FINISHED", httpStatus: 200 }))).toBe(1);
  });

  it("is one for each content: an id that a client chooses hides nothing", () => {
    expect(through(seen({}), seen({ body: "other" }), seen({ path: "/b" }), seen({ sourceIp: "192.0.2.1" }))).toBe(4);
  });

  it("is one for each time where there is no id", () => {
    expect(through(seen({ requestId: "" }), seen({ requestId: "", ts: requestDefaults.ts + 1 }))).toBe(2);
  });

  it("comes again after a quarter of an hour", () => {
    const at = (time: number) => ({ watermark: time, records: [seen({})] });
    expect(drive(make, [at(0), at(899 * second), at(1_800 * second)]).out).toHaveLength(2);
  });
});
