import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { conforms } from "../conformance/conforms.ts";
import { drive } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { countRequests } from "./count-requests.ts";

const make = (store: StoreFactory) => countRequests("once", { maxKeys: 100, store });
const event = (given: Partial<RequestEvent>): RequestEvent => ({
  ...requestDefaults,
  requestId: "a",
  inputTokens: 10,
  outputTokens: 3,
  ...given,
});
const run = (...events: RequestEvent[]) => drive(make, [{ watermark: 0, records: events }]);
const sums = (...events: RequestEvent[]) =>
  run(...events).out.reduce<readonly [number, number, number]>(
    (sum, one) => [sum[0] + one.requests, sum[1] + one.inputTokens, sum[2] + one.outputTokens],
    [0, 0, 0] as const,
  );

describe("counting requests", () => {
  conforms({
    make,
    records: fc
      .record({
        requestId: fc.constantFrom("", "a", "b", "c", "__proto__"),
        state: fc.constantFrom("RECEIVED", "QUEUED", "FIRST_TOKEN", "FINISHED", "ABORTED", "REJECTED"),
        tenantHash: fc.constantFrom("t1", "t2"),
        outputTokens: fc.nat(9),
        ts: fc.nat(1e9),
      } as const)
      .map((given) => event(given as Partial<RequestEvent>)),
    time: ({ ts }) => ts,
    drops: ["seen-before"],
    maxKeys: 100,
  });

  it("counts one that comes as one event", () => expect(sums(event({}))).toEqual([1, 10, 3]));

  it("counts one of many events once: input at its first sight, output at its end, each at its own time", () => {
    const { out } = run(
      event({ state: "RECEIVED", ts: 1, outputTokens: 0 }),
      event({ state: "FIRST_TOKEN", ts: 2, outputTokens: 1 }),
      event({ state: "FINISHED", ts: 3 }),
    );
    expect(out).toMatchObject([
      { ts: 1, requests: 1, inputTokens: 10, outputTokens: 0 },
      { ts: 3, requests: 0, inputTokens: 0, outputTokens: 3 },
    ]);
  });

  it("counts an end that comes again, or differently, no second time", () => {
    expect(sums(event({}), event({}), event({ state: "ABORTED" }))).toEqual([1, 10, 3]);
    expect(run(event({}), event({})).dropped.get("seen-before")).toBe(1);
  });

  it("does not take the same id of another tenant or deployment for the same request", () => {
    expect(sums(event({}), event({ tenantHash: "x" }), event({ deploymentId: "y" }))[0]).toBe(3);
  });

  it("takes each event without an id for a request", () => expect(sums(event({ requestId: "" }), event({ requestId: "" }))[0]).toBe(2));

  it.for([
    [{ ttftMs: 300, ttftSloMs: 200 }, 1],
    [{ ttftMs: 100, ttftSloMs: 200, itlMeanMs: 60, itlSloMs: 50 }, 1],
    [{ ttftMs: 100, ttftSloMs: 200 }, 0],
    [{ ttftMs: 300 }, 0],
    [{ ttftSloMs: 200 }, 0],
  ] as const)("of %o says that %i missed its objective", ([given, missed]) => {
    expect(run(event(given)).out[0]?.missedObjectives).toBe(missed);
  });

  it("says never more requests or tokens than were sent", () => {
    const states = fc.constantFrom<RequestEvent["state"]>("RECEIVED", "QUEUED", "FINISHED", "ABORTED");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), states), { maxLength: 40 }), (told) => {
        const [requests, , output] = sums(...told.map(([requestId, state]) => event({ requestId, state })));
        expect(requests).toBe(new Set(told.map(([id]) => id)).size);
        expect(output).toBe(3 * new Set(told.filter(([, state]) => state === "FINISHED" || state === "ABORTED").map(([id]) => id)).size);
      }),
    );
  });
});
