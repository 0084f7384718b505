/** What is known of something that should run. `unknown` is not healthy: nobody could be asked yet. */
export type Health = "healthy" | "unhealthy" | "unknown";

/** What `/api/v1/status` answers and the page shows. Figures that cannot be known yet are null, never 0. */
export interface StatusView {
  readonly profile: string;
  readonly uptimeS: number;
  /** The worst of all that follows, and what is wrong in a sentence each. */
  readonly health: { readonly state: Health; readonly reasons: readonly string[] };
  /** What `up` has started, in the order of their start. */
  readonly parts: readonly PartView[];
  readonly workers: readonly WorkerView[];
  readonly pipelines: readonly PipelineView[];
  readonly topics: readonly TopicView[];
  /** Newest first. */
  readonly alerts: readonly AlertView[];
  /** What `up` itself has counted since its start. */
  readonly counts: readonly { readonly name: string; readonly value: number }[];
  /** Newest first. */
  readonly injections: readonly InjectionView[];
}

/** A neighbour or a process of the stack. `detail` is what it is, `reason` why it is not well. */
export interface PartView {
  readonly name: string;
  readonly address: string;
  readonly detail: string;
  readonly state: Health;
  readonly reason: string;
}

/** One worker as the page shows it, its lanes by group. */
export interface WorkerView {
  readonly name: string;
  readonly address: string;
  readonly state: Health;
  readonly reasons: readonly string[];
  readonly lanes: readonly { readonly group: string; readonly live: number; readonly of: number }[];
}

/** A pipeline over all workers; `sinks` is one of them. Rates are of committed work. */
export interface PipelineView {
  readonly name: string;
  readonly summary: string;
  readonly state: Health;
  readonly live: number;
  readonly of: number;
  /** Records of public topics a second. */
  readonly inPerS: number | null;
  readonly outPerS: number | null;
  /** Records its lanes have not committed yet. */
  readonly lag: number | null;
}

/** A topic of the catalogue that is there. */
export interface TopicView {
  readonly name: string;
  readonly role: string;
  /** Records written a second. */
  readonly perS: number | null;
  /** Records that some lane has not committed yet, the most of any reader. */
  readonly lag: number | null;
}

/**
 * An alert as the topic has it, its texts cut to what a page can show; a figure that is NaN or infinite there, which JSON cannot
 * say, is null. `ts` in microseconds since 1970.
 */
export interface AlertView {
  readonly id: string;
  readonly ts: number;
  readonly severity: string;
  readonly kind: string;
  readonly category: string;
  readonly pipeline: string;
  readonly deploymentId: string;
  readonly entity: { readonly type: string; readonly id: string };
  readonly title: string;
  readonly score: number | null;
  readonly probability: number | null;
  readonly observed: number | null;
  readonly expected: number | null;
  readonly evidence: readonly { readonly name: string; readonly value: string; readonly note: string }[];
  readonly suggestedAction: string;
}

/** What the simulator injected, and the first alert that is a right answer to it. Times in microseconds since 1970. */
export interface InjectionView {
  readonly fault: string;
  readonly deploymentId: string;
  readonly entity: { readonly type: string; readonly id: string };
  readonly detail: string;
  readonly startTs: number;
  readonly endTs: number;
  readonly expectedKinds: readonly string[];
  /** `waiting` while an alert may still come, `missed` afterwards. */
  readonly state: "found" | "waiting" | "missed";
  /** Kind of that alert, and seconds by the clock from the fault's begin until it was seen; null too for one told after its end. */
  readonly foundBy: string | null;
  readonly afterS: number | null;
}
