import { z } from "zod";
import { alertEvent, auditEventCodec, decisionEvent } from "../operators/audit/audit-event.ts";
import { hashChain } from "../operators/audit/hash-chain.ts";
import { pipeline } from "../operators/stream/pipeline.ts";
import { each } from "../operators/stream/stage.ts";
import { merge } from "../operators/stream/topology.ts";
import { topics } from "../schemas/topics/index.ts";

const options = z.object({
  chain: z
    .string()
    .min(1)
    .max(200)
    .default("main")
    .describe("the chain's name after that of the group, `gatewatch/main`; another begins a new chain"),
  rootEvery: z.int().positive().default(100).describe("links from one that states the root of the Merkle tree to the next"),
});

/**
 * Every alert and every decision as one link of a hash chain, which shows whatever is changed, left out or put in later.
 *
 * Reads   gatewatch.alert, gatewatch.decision (by deployment)      Writes  gatewatch.audit (by chain)
 * Order   of the chain: as events reach its lane, those of one deployment and topic in their order.      Late    no such thing.
 * State   the head of the chain, in one lane, for ever. One chain and not one a cluster: it has one head to note elsewhere, what
 *         is missing from it shows whoever it was about, and no cap on chains can ever make one begin again. A group of workers has
 *         its own: two that wrote one chain would fork it.
 */
export const audit = pipeline(
  "audit",
  { summary: "Every alert and decision as a link of a tamper-evident chain.", latenessS: 0, options },
  ({ from, to, rekey, store, group }, { chain: name, rootEvery }) => {
    const chain = `${group}/${name}`;
    const raised = from(topics.alert).pipe(each("alert-raised", "an alert as canonical JSON", alertEvent));
    const made = from(topics.decision).pipe(each("decision-made", "a decision as canonical JSON", decisionEvent));
    const links = merge(raised, made).pipe(
      rekey("events", { by: () => chain, codec: auditEventCodec }),
      hashChain("chain", { chain, rootEvery, store }),
    );
    return [to(topics.audit, links)];
  },
);
