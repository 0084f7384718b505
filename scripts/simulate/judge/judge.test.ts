import { describe, expect, it } from "vitest";
import { usualDeployment } from "../deployment.ts";
import { faultNames } from "../faults/fault-names.ts";
import { judge } from "./judge.ts";

const small = { ...usualDeployment, instances: 1, layers: 2, experts: 8, topK: 2, requestsPerS: 3 };
const times = { warmUp: 0.5, fault: 0.25, every: 0.5, rounds: 1, calm: 1 };
const never = new AbortController().signal;

describe("the judge", () => {
  it("has a row for every fault and one for all false alerts, over the seeds that are asked for", async () => {
    const said: string[] = [];
    const lines = await judge(small, [3, 4], { say: (line) => void said.push(line), stop: never, times });
    const rows = lines.filter((line) => faultNames.some((name) => line.startsWith(`| ${name} | `)));
    expect(rows.map((row) => row.split(" | ")[1])).toEqual(expect.arrayContaining(["2 of 2"]));
    expect(rows).toHaveLength(faultNames.length);
    for (const row of rows) expect(row).toMatch(/\| \d of 2 \| \d \|/);
    expect(lines.at(-1)).toMatch(/^\| all \| /);
    expect(said[0]).toMatch(/router-windows/);
    expect(said.filter((line) => line.startsWith("seed 4: "))).toHaveLength(2);
  });

  it("ends with a signal and says nothing half known", async () => {
    const controller = new AbortController();
    const lines = await judge(small, [3, 4], { say: () => controller.abort(), stop: controller.signal, times });
    expect(lines).toEqual([]);
  });
});
