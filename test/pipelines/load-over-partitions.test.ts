import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Offline, type OfflineOutput } from "../../operators/stream/offline.ts";
import { load } from "../../pipelines/load.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import { asLogRecord, decodePlain } from "./driver.ts";
import { startMs } from "./input-record.ts";
import { requestDefaults } from "./requests.ts";

const lateness = 10;

/** Seconds since the start, by partition, in the order of time; `idle` is a partition that then has nothing left to read. */
interface Told {
  readonly at: number;
  readonly partition: number;
  readonly idle: readonly number[];
}

const windowsOf = (outputs: readonly OfflineOutput[]) =>
  outputs
    .flatMap((output) => (output.kind === "record" ? [output.value as LoadWindow] : []))
    .filter(({ requests }) => requests > 0)
    .map(({ windowStart, requests }) => [(windowStart / 1_000 - startMs) / 1_000, requests] as const);

/** What `load` says of them, before and after the end of the input, and what it counted as late. */
function loadOf(told: readonly Told[], partitions: number) {
  const offline = new Offline({ pipelines: [{ pipeline: load }], decode: decodePlain, maxAheadMs: 3_600_000, partitions });
  const outputs = told.flatMap(({ at, partition, idle }, n) => {
    const value = { ...requestDefaults, requestId: `r${n}`, tenantHash: `t${partition}`, ts: (startMs + at * 1_000) * 1_000 };
    const fed = offline.feed(topics.request.name, partition, asLogRecord({ topic: topics.request, value }, n));
    return [...fed, ...idle.flatMap((one) => offline.idle(topics.request.name, one))];
  });
  const closed = windowsOf(outputs);
  const windows = [...closed, ...windowsOf(offline.close())];
  const late = offline.graphs().flatMap(({ counts }) => [...counts.values()].flatMap(({ dropped }) => dropped.get("late") ?? []));
  return { closed, windows, late };
}

function counted(told: readonly Told[]): (readonly [number, number])[] {
  const windows = new Map<number, number>();
  for (const { at } of told) windows.set(Math.floor(at / 10) * 10, (windows.get(Math.floor(at / 10) * 10) ?? 0) + 1);
  return [...windows];
}

const partitions = 5;
const steps = fc.record({ step: fc.nat(25), partition: fc.nat(partitions - 2), idle: fc.array(fc.nat(partitions - 1), { maxLength: 4 }) });
const inOrder = fc.array(steps, { minLength: 1, maxLength: 60 }).map((given) => {
  let at = 0;
  return given.map(({ step, ...where }): Told => {
    at += step;
    return { at, ...where };
  });
});

describe("load over partitions", () => {
  it("counts every request once and in its window, whichever partitions pause, however long, one of them for ever", () => {
    fc.assert(
      fc.property(inOrder, (told) => {
        const { windows, late } = loadOf(told, partitions);
        expect(windows).toEqual(counted(told));
        expect(late).toEqual([]);
      }),
    );
  });

  it.for([3, 5, 15, 30, 400])("waits for no partition that has a request every %i s, and loses none of them", (gap) => {
    const all = Array.from({ length: 1_200 }, (_, at): Told[] => {
      const busy = { at, partition: 0, idle: at === 0 ? [2] : at % gap === 2 ? [1] : [] };
      return at % gap === 0 ? [busy, { at, partition: 1, idle: [] }] : [busy];
    }).flat();
    const { closed, late } = loadOf(all, 3);
    expect(late).toEqual([]);
    expect(closed).toEqual(counted(all).filter(([start]) => start + 10 <= 1_199 - lateness));
  });
});
