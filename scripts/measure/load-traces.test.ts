import { expect, it } from "vitest";
import { apply } from "../package/apply-records.ts";
import { asLoad, asRequests, windowsOf } from "./load-traces.ts";

const requests = [
  { atS: 0, inputTokens: 7, outputTokens: 1 },
  { atS: 9.9, inputTokens: 5, outputTokens: 2 },
  { atS: 30, inputTokens: 1, outputTokens: 1 },
];

it("counts requests into windows, and windows of none", () =>
  expect(windowsOf(requests, 10)).toEqual([
    { startS: 0, requests: 2, inputTokens: 12, outputTokens: 3 },
    { startS: 10, requests: 0, inputTokens: 0, outputTokens: 0 },
    { startS: 20, requests: 0, inputTokens: 0, outputTokens: 0 },
    { startS: 30, requests: 1, inputTokens: 1, outputTokens: 1 },
  ]));

it("says windows and requests as the pipelines read them", async () => {
  const counted: unknown[] = [];
  for await (const { topic, value } of apply("load", asRequests(requests, 2), { set: { "load.quietS": 0 } }))
    counted.push({ topic, value });
  const given = asLoad(
    windowsOf(requests, 10).filter((window) => window.requests > 0),
    10,
  );
  expect(counted).toMatchObject(given);
});
