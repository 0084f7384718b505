import { expect, it } from "vitest";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { alertView } from "./alert-view.ts";

it("an alert of a megabyte is shown in a few kilobytes, and a small one whole", () => {
  const long = "x".repeat(250_000);
  const evidence = Array.from({ length: 5_000 }, () => ({ name: long, value: long, note: long }));
  const view = alertView(
    alertOf("d", 1, { title: long, kind: long, suggestedAction: long, evidence, entity: { type: "series", id: long } }),
  );
  expect(JSON.stringify(view).length).toBeLessThan(20_000);
  expect(view.title).toBe(`${"x".repeat(500)}…`);
  const small = alertOf("d", 1);
  const { clusterId: _, sources: __, modelVersion: ___, probabilityLow: ____, probabilityHigh: _____, ...shown } = small;
  expect(alertView(small)).toEqual(shown);
});

it("a figure that is none is shown as not known", () => {
  const none = { score: Number.NaN, probability: Number.NaN, observed: Number.POSITIVE_INFINITY, expected: Number.NEGATIVE_INFINITY };
  expect(alertView(alertOf("d", 1, none))).toMatchObject({ score: null, probability: null, observed: null, expected: null });
});
