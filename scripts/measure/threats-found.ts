import type { Alert, RequestEventInput } from "../../schemas/types/avro.ts";
import { apply, type InputRecord } from "../package/apply-records.ts";
import type { Sample } from "./threat-sets.ts";

/** What came of a set's half: how many of its samples raised an alert of the kind asked for. */
export interface Found {
  readonly set: string;
  readonly isAttack: boolean;
  readonly half: Sample["half"];
  readonly found: number;
  readonly of: number;
}

const startTs = Date.UTC(2026, 0, 1) * 1_000;

/** Runs samples through `threats` with its defaults, each from a source of its own a second after the one before: none is joined. */
export async function foundBy(kind: "http.threat" | "prompt.injection", samples: readonly Sample[]): Promise<Found[]> {
  const requests = samples.map(({ content }, i) => ({
    ...content,
    requestId: `sample-${i}`,
    ts: startTs + i * 1e6,
    sourceIp: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
  }));
  const found = new Set<number>();
  for (const alert of await alertsOf(requests)) if (alert.kind === kind) for (const { offset } of alert.sources) found.add(offset);
  const counts = new Map<string, { set: string; isAttack: boolean; half: Sample["half"]; found: number; of: number }>();
  for (const [i, { set, isAttack, half }] of samples.entries()) {
    const key = JSON.stringify([set, isAttack, half]);
    const count = counts.get(key) ?? { set, isAttack, half, found: 0, of: 0 };
    counts.set(key, count);
    count.of += 1;
    if (found.has(i)) count.found += 1;
  }
  return [...counts.values()];
}

/** As lines of Markdown: a row a set, first those in which something is to be found. */
export function foundTable(all: readonly Found[]): string[] {
  const rows = [true, false].flatMap((isAttack) => {
    const some = all.filter((one) => one.isAttack === isAttack);
    return [...new Set(some.map(({ set }) => set))].map((set) => {
      const [first, second] = ["first", "second"].map((half) => rate(some.find((one) => one.set === set && one.half === half)));
      return `| ${isAttack ? "" : "**harmless:** "}${set} | ${first} | ${second} |`;
    });
  });
  return ["| set | first half | second half |", "| --- | --- | --- |", ...rows];
}

const rate = (one: Found | undefined): string =>
  one === undefined ? "-" : `${one.found === 0 ? "0" : `${((100 * one.found) / one.of).toFixed(1)} %`} of ${one.of.toLocaleString("en")}`;

/** Alerts of `threats` on these requests, in the order told; a source's offset is the request's place. Throws where one was refused. */
export async function alertsOf(requests: readonly RequestEventInput[]): Promise<Alert[]> {
  const records = requests.map((value): InputRecord => ({ topic: "moe.request", value }));
  const alerts: Alert[] = [];
  for await (const { topic, value } of apply("threats", records)) {
    if (topic === "gatewatch.dlq") throw new Error(`a request was refused: ${value.message}`);
    if (topic === "gatewatch.alert") alerts.push(value as unknown as Alert);
  }
  return alerts;
}
