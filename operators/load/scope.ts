/** Where load is counted: one deployment of one cluster. */
export interface Scope {
  readonly clusterId: string;
  readonly deploymentId: string;
}

/** One text a deployment of a cluster; the length tells names apart that have a bar in them. */
export const scopeKey = ({ clusterId, deploymentId }: Scope): string => `${deploymentId.length}|${deploymentId}|${clusterId}`;
