/**
 * Everything of a lane that outlives it is named by slot: `<group>.<pipeline>.<part>.<slot>`. A slot is one partition; several
 * could share one later without moving anybody's offsets, because a slot's number is that of its first partition.
 * Never a host, a process or an instance: the name is the fence.
 */
export interface LaneName {
  readonly group: string;
  readonly pipeline: string;
  readonly part: string;
  readonly slot: number;
}

/** The consumer group of a part: its membership and its positions. */
export const memberGroup = ({ group, pipeline, part }: Omit<LaneName, "slot">): string => `${group}.${pipeline}.${part}`;

/** Ends in the slot: one id a lane is what lets a new owner fence exactly one old one. */
export const transactionalId = (name: LaneName): string => `${memberGroup(name)}.${name.slot}`;

/** One compacted topic a group, for all its lanes. A group's name carries its namespace already. */
export const checkpointTopic = (group: string): string => `${group}.checkpoints`;

/** Keyed so that compaction keeps a lane's newest chunks only. */
export const checkpointKey = (name: LaneName, chunk: number): string => `${name.pipeline}/${name.part}/${name.slot}/${chunk}`;

/** For logs and metrics. */
export const laneLabel = ({ pipeline, part, slot }: LaneName): string => `${pipeline}/${part}/${slot}`;

/** Where lanes write the order in which they took their inputs, if they are told to (`lane.recordRuns`): an internal topic like others. */
export const runsTopic = (pipeline: string): string => `gatewatch.internal.${pipeline}.runs`;
