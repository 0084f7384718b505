import kafkajs, { type Cluster, type PartitionAssigner } from "kafkajs";
import { Fault } from "../../../schemas/faults/fault.ts";
import { laneShares } from "../lane-shares.ts";

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const name = "gatewatch-lanes";
const version = 1;

/**
 * Deals out lanes instead of partitions: partition p of every topic goes to one member, and stays where it was. Members tell
 * the leader what they hold in their user data. It is the only assigner a member offers, for under another one the topics'
 * partitions would part; a group with strangers in it refuses to form (INCONSISTENT_GROUP_PROTOCOL).
 */
export const laneAssigner =
  (held: () => Iterable<number>): PartitionAssigner =>
  ({ cluster }: { cluster: Cluster }) => ({
    name,
    version,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version, topics, userData: Buffer.from(JSON.stringify([...held()])) }),
    }),
    /** Called at the group's leader alone; what each member holds comes with its join. */
    async assign({ members, topics }) {
      const counts = topics.map((topic) => cluster.findTopicPartitionMetadata(topic).length);
      if (new Set(counts).size > 1) {
        throw new Fault("GW_TOPIC_NOT_COPARTITIONED", topics.map((topic, i) => `${topic} has ${counts[i]} partitions`).join(", "));
      }
      const asked = members.map(({ memberId, memberMetadata }) => ({ id: memberId, held: told(memberMetadata) }));
      return [...laneShares(asked, counts[0] ?? 0)].map(([memberId, lanes]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: Object.fromEntries(topics.map((topic) => [topic, lanes])),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });

/** What a member says it holds; nothing where it cannot be read. */
function told(metadata: Buffer): number[] {
  try {
    const lanes: unknown = JSON.parse(MemberMetadata.decode(metadata)?.userData.toString() ?? "[]");
    return Array.isArray(lanes) ? lanes.filter(Number.isInteger) : [];
  } catch {
    return [];
  }
}
