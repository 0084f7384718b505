import { expect, it } from "vitest";
import { scopeKey } from "./scope.ts";

it("tells deployments apart, bars in their names or not", () => {
  const keys = [
    ["a", "b"],
    ["b", "a"],
    ["a|b", ""],
    ["a", "|b"],
    ["", "a|b"],
  ].map(([deploymentId = "", clusterId = ""]) => scopeKey({ deploymentId, clusterId }));
  expect(new Set(keys).size).toBe(keys.length);
});
