import { describe, expect, it } from "vitest";
import { sourcesOf } from "./sources.ts";

const origin = { offset: 9, timestampMs: 0, key: null, value: null, headers: {} };
const here = { topic: "moe.router", partition: 2 };

describe("the public records behind a value", () => {
  it("is its own record", () => expect(sourcesOf({ ...here, origin })).toEqual([{ ...here, offset: 9 }]));

  it("are those that an internal record names: its own place would tell a reader nothing", () => {
    const sources = [{ topic: "moe.router", partition: 0, offset: 1 }];
    const internal = { topic: "gatewatch.internal.p.second", partition: 5, origin: { ...origin, sources } };
    expect(sourcesOf(internal)).toEqual(sources);
  });

  it("are none where time was the cause", () => expect(sourcesOf({ ...here, origin: undefined })).toEqual([]));
});
