import { outputId } from "../../../operators/stream/output-id.ts";
import type { InjectionInput, InjectionPhase } from "../../../schemas/types/avro.ts";
import { type Deployment, micros } from "../deployment.ts";
import { type AimedFault, placeOf } from "./aim.ts";
import { faultKinds } from "./fault-names.ts";

/** The truth about one end of one fault, as `gatewatch.injection` has it. */
export function injection(fault: AimedFault, phase: InjectionPhase, deployment: Deployment): InjectionInput {
  const { name, startMs, endMs } = fault;
  const { clusterId, deploymentId } = deployment;
  const { entity, evidence, detail } = placeOf(fault, deployment);
  return {
    id: outputId(["simulate", clusterId, deploymentId, name, entity.type, entity.id, startMs, phase]),
    ts: micros(phase === "STARTED" ? startMs : endMs),
    pipeline: "simulate",
    clusterId,
    deploymentId,
    entity,
    fault: name,
    phase,
    startTs: micros(startMs),
    endTs: micros(endMs),
    detail,
    evidence,
    expectedKinds: faultKinds[name],
  };
}
