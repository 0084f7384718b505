import type { OperatorFunction } from "rxjs";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { drop, ok } from "../stream/outcome.ts";
import { outputId } from "../stream/output-id.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { seconds } from "../stream/time.ts";
import type { Inspection, Judgement } from "./inspection.ts";
import type { Match } from "./intel-index.ts";

const remembered = seconds(900);
/** Contents remembered of one id. Honest ids have one; of more the oldest goes, and would be told again. */
const mostContents = 4;

/** `parts` are hashes with commas between, empty where no state had that part; `told` and `met` are what was said of this content. */
const content = {
  parts: "string",
  told: { list: { struct: { kind: "string", score: "float64", category: "string" } } },
  met: { list: "string" },
} as const;
const fields = { contents: { list: { struct: content } } } as const;
type Content = StructOf<typeof content>;

/** A request with what this event tells of it, as one id; where a request has no id its time is one. */
export function contentId(event: RequestEvent): string {
  const { clusterId, deploymentId, tenantHash, requestId, ts } = event;
  return outputId([clusterId, deploymentId, tenantHash, requestId, requestId === "" ? ts : "", ...textsOf(event), ...headerTexts(event)]);
}

const textsOf = ({ sourceIp, method, path, userAgent, body, prompt }: RequestEvent): readonly string[] =>
  [sourceIp, method, path, userAgent, body, prompt].map((text) => text ?? "");

const headerTexts = ({ headers }: RequestEvent): readonly string[] => (headers ?? []).flatMap(({ name, value }) => [name, value]);

/**
 * Lets each request through once: engines send an event for every state, some with less in it, and producers repeat themselves.
 * It comes through again, marked with what was told `before`, where a later state shows something worse or another indicator.
 *
 *     requests   a  b  a  a- a' b  a!  ─▶     a- tells less than a, a' has the id of a and another body, a! tells more and is worse
 *     through    a  b  .  .  a' .  a!  ─▶     the others are counted as seen before
 *
 * An id that clients choose must not let one request hide behind another, so what two events both tell has to be the same.
 * Remembered for 15 minutes of event time. State: about 1 KB of memory a request that got so far, 2.3 KB where its id is used again.
 */
export function firstSight(
  name: string,
  { maxKeys, store }: { readonly maxKeys: number; readonly store: StoreFactory },
): OperatorFunction<Batch<Inspection>, Batch<Inspection>> {
  return stage<StructOf<typeof fields>, Inspection, Inspection>(
    name,
    {
      kind: "first-sight",
      summary: "Lets each request through once, and again where it turns out worse",
      state: { codec: struct(fields), initial: () => ({ contents: [] }) },
      drops: ["seen-before"],
      step({ contents }, { event, judgements, met }) {
        const known = contentOf(contents, event);
        const news = {
          event,
          judgements: judgements.map((one) => worse(known, one)).filter((one) => one !== undefined),
          met: met.filter((match) => isNew(known, match)),
        };
        return news.judgements.length + news.met.length === 0 ? drop("seen-before") : ok(news);
      },
    },
    // Without an id every event is a request of its own.
    { key: ({ event }) => (event.requestId === "" ? contentId(event) : requestKey(event)), maxKeys, ttl: remembered, store },
  );
}

const requestKey = ({ clusterId, deploymentId, tenantHash, requestId }: RequestEvent): string =>
  outputId([clusterId, deploymentId, tenantHash, requestId]);

/** A hash of each part of a request, empty where this event does not tell it. Half of an id: two parts that share one are counted as one. */
function partsOf(event: RequestEvent): string[] {
  const headers = headerTexts(event);
  const texts = textsOf(event).map((text) => (text === "" ? [] : [text]));
  return [...texts, headers].map((some) => (some.length === 0 ? "" : outputId(some).slice(0, 16)));
}

/** The content that this event tells of, more or less of it; it learns what it did not know. */
function contentOf(contents: Content[], event: RequestEvent): Content {
  const parts = partsOf(event);
  for (const content of contents) {
    const known = content.parts.split(",");
    if (!known.every((part, i) => part === "" || parts[i] === "" || part === parts[i])) continue;
    content.parts = known.map((part, i) => (part === "" ? parts[i] : part)).join(",");
    return content;
  }
  const made: Content = { parts: parts.join(","), told: [], met: [] };
  contents.push(made);
  if (contents.length > mostContents) contents.shift();
  return made;
}

/** Undefined where as bad was told before. */
function worse({ told }: Content, judgement: Judgement): Judgement | undefined {
  const { kind, score, found } = judgement;
  const category = found[0]?.hits[0]?.signature.category ?? "";
  const before = told.find((one) => one.kind === kind);
  if (before === undefined) {
    told.push({ kind, score, category });
    return judgement;
  }
  if (score <= before.score) return undefined;
  const news = { ...judgement, before: { ...before } };
  Object.assign(before, { score, category });
  return news;
}

function isNew({ met }: Content, { known: { key } }: Match): boolean {
  if (met.includes(key)) return false;
  met.push(key);
  return true;
}
