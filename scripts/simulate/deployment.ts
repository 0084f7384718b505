/** A deployment to imitate: how large it is and how much it serves. The same values give the same events on every machine. */
export interface Deployment {
  readonly seed: number;
  readonly clusterId: string;
  readonly deploymentId: string;
  readonly modelId: string;
  /** Engines behind one address. */
  readonly instances: number;
  readonly layers: number;
  /** Experts a layer; a multiple of `ranks`. */
  readonly experts: number;
  /** Experts a token is sent to. */
  readonly topK: number;
  /** GPUs an instance spreads its experts over. */
  readonly ranks: number;
  /** Mean over a day, all instances together. */
  readonly requestsPerS: number;
  /** Of a router event. */
  readonly windowMs: number;
  /** Router windows in one event of expert telemetry. */
  readonly expertEvery: number;
  /** Between two samples of an engine's metrics. */
  readonly metricEveryMs: number;
  /** Between two samples of a GPU's metrics. */
  readonly gpuEveryMs: number;
  /** Also `moe.load` in windows of so long; 0 leaves that to the `load` pipeline. */
  readonly loadEveryMs: number;
}

/** Small enough for a laptop, large enough that every fault has somewhere to hide. */
export const usualDeployment: Deployment = {
  seed: 7,
  clusterId: "simulated",
  deploymentId: "sim",
  modelId: "sim-moe",
  instances: 2,
  layers: 12,
  experts: 64,
  topK: 4,
  ranks: 4,
  requestsPerS: 8,
  windowMs: 5_000,
  expertEvery: 2,
  metricEveryMs: 5_000,
  gpuEveryMs: 15_000,
  loadEveryMs: 0,
};

/** How an instance is called in every topic. */
export const instanceName = (instance: number): string => `i-${instance}`;

/** Milliseconds to the whole microseconds of the streams. */
export const micros = (ms: number): number => Math.round(ms * 1_000);

/** What all events of an instance begin with. */
export const eventHead = ({ clusterId, deploymentId, modelId }: Deployment, instance: number) =>
  ({ clusterId, deploymentId, modelId, instanceId: instanceName(instance), source: "SIM" }) as const;
