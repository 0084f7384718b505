import type { OperatorFunction } from "rxjs";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { struct } from "../stream/codec.ts";
import { drop, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { seconds } from "../stream/time.ts";

const remembered = seconds(900);

/** A request and its content as one id: the same request told again, in another state or by a retry, has the same. */
export function contentId(event: RequestEvent): string {
  const { clusterId, deploymentId, tenantHash, requestId, sourceIp, method, path, userAgent, headers, body, prompt } = event;
  const headerText = (headers ?? []).flatMap(({ name, value }) => [name, value]);
  const content = [sourceIp, method, path, userAgent, body, prompt].map((text) => text ?? "");
  // A request id that clients choose must not let one request hide behind another, so the content counts too.
  return outputId([clusterId, deploymentId, tenantHash, requestId, requestId === "" ? event.ts : "", ...content, ...headerText]);
}

/**
 * Lets each request through once, with this content: engines send an event for every state, and producers repeat themselves.
 *
 *     requests   a  b  a  a' b  ─▶     a' has the id of a and another body
 *     through    a  b  .  a' .  ─▶     the others are counted as seen before
 *
 * Remembered for 15 minutes of event time. State: an id of 32 characters a request that got so far.
 */
export function firstSight<T extends { readonly event: RequestEvent }>(
  name: string,
  { maxKeys, store }: { readonly maxKeys: number; readonly store: StoreFactory },
): OperatorFunction<Batch<T>, Batch<T>> {
  return stage<{ seen: boolean }, T, T>(
    name,
    {
      kind: "first-sight",
      summary: "Lets each request through once",
      state: { codec: struct({ seen: "boolean" }), initial: () => ({ seen: false }) },
      drops: ["seen-before"],
      step(state, record) {
        if (state.seen) return drop("seen-before");
        state.seen = true;
        return ok(record);
      },
    },
    { key: ({ event }) => contentId(event), maxKeys, ttl: remembered, store },
  );
}
