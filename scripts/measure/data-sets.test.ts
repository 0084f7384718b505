import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it, vi } from "vitest";
import { dataFolder, rowsOf } from "./data-sets.ts";

it("reads rows by the names of the first line, numbers as numbers", () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-rows-"));
  writeFileSync(join(dir, "a.csv.gz"), gzipSync("part,ts,value\ntrain,17,-2.5e1\ntest,18,\n"));
  expect(rowsOf(join(dir, "a.csv.gz"))).toEqual([
    { part: "train", ts: 17, value: -25 },
    { part: "test", ts: 18, value: "" },
  ]);
  rmSync(dir, { recursive: true });
});

it("looks for data sets where the environment says", () => {
  vi.stubEnv("GATEWATCH_SHARED_DATA", "/somewhere");
  expect(dataFolder("traces")).toBe("/somewhere/traces");
});
