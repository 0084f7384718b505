import { outputId } from "../../operators/stream/output-id.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { Alert, Decision } from "../../schemas/types/avro.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { type InputRecord, startMs } from "./input-record.ts";

const startUs = startMs * 1_000;

/** An alert of a deployment, the `n`-th of its kind. */
export const alertOf = (deploymentId: string, n: number, given: Partial<Alert> = {}): Alert => ({
  id: outputId(["test", deploymentId, n]),
  ts: startUs + n * 1_000_000,
  pipeline: "test",
  clusterId: "c",
  deploymentId,
  entity: { type: "layer", id: "i-0" },
  sources: [{ topic: "moe.router", partition: 0, offset: Math.abs(n) }],
  modelVersion: "",
  kind: "router.baseline",
  category: "",
  severity: "HIGH",
  title: `Layer ${n % 4} of i-0: entropy 0.5`,
  score: 0.9,
  probability: null,
  probabilityLow: null,
  probabilityHigh: null,
  observed: 0.5,
  expected: 0.9,
  evidence: [{ name: "layer", value: String(n % 4), note: "" }],
  suggestedAction: "",
  ...given,
});

/** A decision for a deployment, the `n`-th of its kind. */
export const decisionOf = (deploymentId: string, n: number, given: Partial<Decision> = {}): Decision => ({
  id: outputId(["test", "decision", deploymentId, n]),
  ts: startUs + n * 1_000_000,
  pipeline: "scaling",
  clusterId: "c",
  deploymentId,
  entity: { type: "deployment", id: deploymentId },
  sources: [{ topic: "moe.load", partition: 0, offset: n }],
  modelVersion: "",
  kind: "REPLICAS",
  mode: "ADVISE",
  expiresTs: null,
  reason: `${n} requests a second`,
  replicas: { current: null, desired: n % 9, low: 1, high: 9 },
  placement: null,
  response: null,
  policy: null,
  ...given,
});

/** Alerts of three deployments, one or none a window each, as they could have come. */
export const alertRecords = (windows: number, seed: number): InputRecord[] =>
  ofDeployments(windows, seed, (deployment, n) => ({ topic: topics.alert, value: alertOf(deployment, n) }));

/** Decisions for three deployments, one or none a window each. */
export const decisionRecords = (windows: number, seed: number): InputRecord[] =>
  ofDeployments(windows, seed + 1, (deployment, n) => ({ topic: topics.decision, value: decisionOf(deployment, n) }));

function ofDeployments(windows: number, seed: number, make: (deployment: string, n: number) => InputRecord): InputRecord[] {
  const random = seeded(seed);
  return Array.from({ length: windows }, (_, n) =>
    ["d-0", "d-1", "d-2"].filter(() => random.next() < 0.6).map((name) => make(name, n)),
  ).flat();
}
