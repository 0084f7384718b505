import type { OperatorFunction } from "rxjs";
import type { Alert, SourceRef } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { none, ok } from "../stream/outcome.ts";
import { sourcesOf } from "../stream/sources.ts";
import { type At, type StoreFactory, stage } from "../stream/stage.ts";
import { entityOf, type Finding, sourceKey, type ThreatKind } from "./finding.ts";

const source = { struct: { topic: "string", partition: "uint32", offset: "int64" } } as const;
/** The form of a key's state in a checkpoint; `said` is the gravest severity already told in this window, -1 for none. */
const fields = {
  start: "int64",
  said: "int64",
  sinceSaid: "uint32",
  count: "uint32",
  firstTs: "int64",
  lastTs: "int64",
  clusterId: "string",
  deploymentId: "string",
  tenantHash: "string",
  entityType: "string",
  entityId: "string",
  kind: "string",
  category: "string",
  joinBy: "string",
  score: "float64",
  severity: "uint32",
  what: "string",
  suggestedAction: "string",
  evidence: { list: { struct: { name: "string", value: "string", note: "string" } } },
  first: { list: source },
  last: { list: source },
} as const;
const codec = struct(fields);
type Held = StructOf<typeof fields>;

export const severities = ["LOW", "MEDIUM", "HIGH", "CRITICAL", "EMERGENCY"] as const satisfies readonly Alert["severity"][];

/** One or many findings of one source, to be told as one alert. Evidence, score and severity are those of the worst of them. */
export interface Joined extends Pick<Finding, "kind" | "category" | "joinBy" | "score" | "severity" | "what" | "suggestedAction"> {
  /** `first`: told at once. `graver`: told at once since it is worse than what was told. `summary`: what the window held. */
  readonly why: "first" | "graver" | "summary";
  /** Requests of the window so far: one that is told again, since it turned out worse, is counted where it was told first. */
  readonly count: number;
  /** Start of the window; `endTs` its end, for a summary, else the time of the request. Microseconds. */
  readonly windowStart: number;
  readonly endTs: number;
  readonly firstTs: number;
  readonly lastTs: number;
  readonly clusterId: string;
  readonly deploymentId: string;
  readonly tenantHash: string;
  readonly entity: Alert["entity"];
  readonly evidence: Alert["evidence"];
  /** First and last record of the findings. */
  readonly sources: readonly SourceRef[];
}

/** How findings are joined; `window` in microseconds. */
export interface JoinOptions {
  readonly window: number;
  readonly maxKeys: number;
  readonly store: StoreFactory;
}

/**
 * Tells the first finding of a source and category at once and the others together, so that a scanner's ten thousand requests
 * are a handful of alerts.
 *
 *     findings   a  a  a   A  a | a  a  a |         |   ─▶     A is graver than a; | is the end of a window
 *     told       a         A    | 5       | 3       |   ─▶     after a quiet window the next is a first again
 *
 * Windows begin at whole multiples of their length and close by watermark; a finding belongs to the window that is open when it
 * comes, so none is late. State: about 1 KB a source and category that is active. One pushed out by `maxKeys` loses its summary.
 */
export function joinFindings(name: string, { window, maxKeys, store }: JoinOptions): OperatorFunction<Batch<Finding>, Batch<Joined>> {
  return stage<Held, Finding, Joined>(
    name,
    {
      kind: "join-findings",
      summary: `First finding of a source and category at once, the others of ${window / 1e6} s together`,
      settings: { windowS: window / 1e6 },
      state: { codec, initial: nothing },
      step(held, finding, at) {
        if (held.start < 0) {
          Object.assign(held, nothing(), identityOf(finding));
          held.start = Math.floor(Math.max(finding.event.ts, at.watermark) / window) * window;
        }
        const wasTold = held.said >= 0;
        learn(held, finding, at);
        if (severities.indexOf(finding.severity) <= held.said) {
          if (finding.before === undefined) held.sinceSaid += 1;
          return none();
        }
        held.said = severities.indexOf(finding.severity);
        return ok(joined(held, wasTold ? "graver" : "first", finding.event.ts));
      },
      due: ({ start }) => (start < 0 ? Number.NaN : start + window),
      close(held, { watermark }) {
        const told: Joined[] = [];
        while (held.start >= 0 && held.start + window <= watermark) {
          const end = held.start + window;
          if (held.sinceSaid > 0) told.push(joined(held, "summary", end));
          const { start, said } = held.count === 0 ? nothing() : { start: end, said: held.said };
          Object.assign(held, { ...nothing(), ...identity(held), start, said });
        }
        return told;
      },
      done: ({ start }) => start < 0,
    },
    { key: ({ event, kind, joinBy }) => sourceKey(event, kind, joinBy), maxKeys, store },
  );
}

const nothing = (): Held => ({
  ...{ start: -1, said: -1, sinceSaid: 0, count: 0, firstTs: 0, lastTs: 0, score: 0, severity: 0, what: "", suggestedAction: "" },
  ...{ clusterId: "", deploymentId: "", tenantHash: "", entityType: "tenant", entityId: "", kind: "", category: "", joinBy: "" },
  ...{ evidence: [], first: [], last: [] },
});

type Identity = Pick<Held, "clusterId" | "deploymentId" | "tenantHash" | "entityType" | "entityId" | "kind" | "category" | "joinBy">;

function identityOf({ event, kind, category, joinBy }: Finding): Identity {
  const { clusterId, deploymentId, tenantHash } = event;
  const { type: entityType, id: entityId } = entityOf(event);
  return { clusterId, deploymentId, tenantHash, entityType, entityId, kind, category, joinBy };
}

const identity = ({ clusterId, deploymentId, tenantHash, entityType, entityId, kind, category, joinBy }: Held): Identity => ({
  ...{ clusterId, deploymentId, tenantHash, entityType, entityId, kind, category, joinBy },
});

/** Of several equally bad findings the first is shown. */
function learn(held: Held, finding: Finding, at: At): void {
  const severity = severities.indexOf(finding.severity);
  const sources = [...sourcesOf(at)];
  if (held.count === 0) {
    held.firstTs = finding.event.ts;
    held.first = sources;
  }
  if (held.count === 0 || severity > held.severity || (severity === held.severity && finding.score > held.score)) {
    const { score, what, suggestedAction, evidence } = finding;
    Object.assign(held, { score, severity, what, suggestedAction, evidence: evidence.map((one) => ({ ...one })) });
  }
  // Of a request that was counted in another window or category before, this one may know nothing else.
  if (finding.before === undefined || held.count === 0) held.count += 1;
  held.firstTs = Math.min(held.firstTs, finding.event.ts);
  held.lastTs = Math.max(held.lastTs, finding.event.ts);
  held.last = sources;
}

function joined(held: Held, why: Joined["why"], endTs: number): Joined {
  const { start, entityType, entityId, severity, first, last, ...told } = held;
  const sources = held.count === 1 ? [...last] : [...first, ...last];
  held.sinceSaid = 0;
  return {
    ...told,
    why,
    kind: held.kind as ThreatKind,
    severity: severities[severity] ?? "LOW",
    windowStart: start,
    endTs,
    entity: { type: entityType as Alert["entity"]["type"], id: entityId },
    evidence: held.evidence.map((one) => ({ ...one })),
    sources,
  };
}
