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
