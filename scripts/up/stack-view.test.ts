import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryLog } from "../../infra/kafka/memory/log.ts";
import { alertOf } from "../../test/pipelines/judgements.ts";
import { alertView } from "./alert-view.ts";
import { Findings } from "./findings.ts";
import type { Watched } from "./part-health.ts";
import { StackView, type StackViewOptions } from "./stack-view.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A worker of one pipeline and the sinks, whose counters stand at `state.count`. */
async function worker(state: { count: number; live?: string }): Promise<string> {
  const lanes = [{ status: "live" }, { status: state.live ?? "live" }];
  const parts = [
    { group: "ns.g.audit.gatewatch.alert", lanes },
    { group: "ns.g.sinks.gatewatch.audit", lanes: [{ status: "live" }, { status: "live" }] },
    { group: "ns.g.audit-other.x", lanes: [{ status: "halted" }] },
  ];
  const metrics = () => `gatewatch_lane_input_records_total{pipeline="audit",part="gatewatch.alert"} ${state.count}
gatewatch_lane_input_records_total{pipeline="audit",part="events"} 9999${state.count}
gatewatch_lane_output_records_total{pipeline="audit",topic="gatewatch.audit"} ${state.count}
gatewatch_lane_output_records_total{pipeline="audit",topic="gatewatch.internal.audit.events"} 9999${state.count}
gatewatch_sink_rows_total{topic="gatewatch.audit"} ${state.count / 2}
gatewatch_lane_lag_records{group="ns.g.audit.gatewatch.alert",topic="ns.gatewatch.alert",partition="0"} 7
gatewatch_lane_lag_records{group="sinks",topic="ns.gatewatch.alert",partition="0"} 30
gatewatch_lane_lag_records{group="sinks",topic="ns.gatewatch.alert",partition="1"} 3
`;
  const ready = () => JSON.stringify({ ready: true, reasons: [], parts });
  const server = createServer(({ url }, response) => response.end(url === "/readyz" ? ready() : metrics()));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const well: Watched = { name: "Kafka", address: "k:1", detail: "one node", look: async () => undefined };
const names = [
  { name: "audit", summary: "a chain" },
  { name: "sinks", summary: "tables" },
];

function viewed(given: Partial<StackViewOptions> = {}, { alertPartitions = 2 } = {}) {
  const log = new MemoryLog();
  log.create({ name: "ns.gatewatch.alert", partitions: alertPartitions, settings: {} });
  for (const name of ["ns.gatewatch.audit", "ns.moe.router", "moe.router", "ns.gatewatch.internal.audit.events"])
    log.create({ name, partitions: 2, settings: {} });
  const clock = { ms: 1_000_000 };
  const view = new StackView({
    ...{
      profile: "local",
      parts: [well],
      workers: () => [],
      log: log.connect(),
      named: (topic) => `ns.${topic}`,
      group: "g",
      pipelines: names,
      findings: new Findings(),
    },
    now: () => clock.ms,
    ...given,
  });
  return { view, log, clock };
}

describe("what the page shows", () => {
  it("of pipelines: their lanes, rates and lag over all workers, and those of no other", async () => {
    const states = [{ count: 100 }, { count: 1_000, live: "recovering" }];
    const addresses = await Promise.all(states.map(worker));
    const { view, clock } = viewed({ workers: () => addresses });
    expect((await view.view()).pipelines[0]).toMatchObject({ inPerS: null, outPerS: null });
    clock.ms += 2_000;
    for (const state of states) state.count += 20;
    const { pipelines, health } = await view.view();
    expect(pipelines).toEqual([
      { name: "audit", summary: "a chain", state: "unhealthy", live: 3, of: 4, inPerS: 20, outPerS: 20, lag: 14 },
      { name: "sinks", summary: "tables", state: "healthy", live: 4, of: 4, inPerS: 10, outPerS: 10, lag: 66 },
    ]);
    expect(health).toEqual({ state: "unhealthy", reasons: ["audit: 3 of 4 lanes are live"] });
  });

  it("of topics: those of the catalogue under the namespace, by what lanes have counted or by their ends", async () => {
    const state = { count: 100 };
    const address = await worker(state);
    const { view, log, clock } = viewed({ workers: () => [address] });
    await view.view();
    clock.ms += 2_000;
    state.count += 10;
    log.append(Array.from({ length: 8 }, () => ({ topic: "ns.moe.router", partition: 1, key: null, value: Buffer.from("x") })));
    expect((await view.view()).topics).toEqual([
      { name: "moe.router", role: "input", perS: 4, lag: null },
      { name: "gatewatch.alert", role: "output", perS: 0, lag: 33 },
      { name: "gatewatch.audit", role: "output", perS: 5, lag: null },
    ]);
  });

  it("is healthy only where all of it is known to be", async () => {
    const address = await worker({ count: 1 });
    const stateOf = async (given: Partial<StackViewOptions>) => (await viewed({ workers: () => [address], ...given }).view.view()).health;
    expect(await stateOf({})).toEqual({ state: "healthy", reasons: [] });
    expect(await stateOf({ workers: () => [address, undefined] })).toEqual({ state: "unknown", reasons: ["worker 2: it starts"] });
    expect(await stateOf({ pipelines: [...names, { name: "load", summary: "" }] })).toMatchObject({ state: "unknown" });
    expect(await stateOf({ pipelines: [], parts: [], workers: () => [] })).toEqual({ state: "unknown", reasons: [] });
    const ill = { ...well, look: () => Promise.reject(new Error("nobody answers")) };
    expect(await stateOf({ parts: [ill] })).toEqual({ state: "unhealthy", reasons: ["Kafka: nobody answers"] });
  });

  it("is not healthy where a partition has no lane: the worker that had it has died", async () => {
    const address = await worker({ count: 1 });
    const { view } = viewed({ workers: () => [address], pipelines: names.slice(0, 1) });
    expect((await view.view()).health.state).toBe("healthy");
    const { view: other } = viewed({ workers: () => [address], pipelines: names.slice(0, 1) }, { alertPartitions: 3 });
    expect((await other.view()).health).toEqual({ state: "unhealthy", reasons: ["audit: 2 of 3 lanes are live"] });
  });

  it("is looked at once in a second, however many ask, and anew afterwards", async () => {
    let looks = 0;
    const counting = {
      ...well,
      look: async () => {
        looks += 1;
      },
    };
    const { view, clock } = viewed({ parts: [counting] });
    await Promise.all([view.view(), view.view(), view.view()]);
    expect(looks).toBe(1);
    clock.ms += 1_000;
    view.watch({ ...counting, name: "ingest" });
    expect((await view.view()).parts.map(({ name }) => name)).toEqual(["Kafka", "ingest"]);
    expect(looks).toBe(3);
  });

  it("of alerts: the newest first, few of them, and how many there were", async () => {
    const { view } = viewed();
    for (let n = 0; n < 500; n += 1) view.alert(alertView(alertOf("d", n, { title: `alert ${n}` })));
    view.sent(12);
    const { alerts, counts } = await view.view();
    expect([alerts.length, alerts[0]?.title]).toEqual([20, "alert 499"]);
    expect(counts).toEqual([
      { name: "simulated events sent", value: 12 },
      { name: "alerts seen", value: 500 },
    ]);
  });

  it("is not known of topics where the log does not answer", async () => {
    const { log } = viewed();
    const port = log.connect();
    const { view } = viewed({
      log: { ...port, admin: { ...port.admin, listTopics: () => Promise.reject(new Error("away")) } } as typeof port,
    });
    expect((await view.view()).topics).toEqual([]);
  });
});
