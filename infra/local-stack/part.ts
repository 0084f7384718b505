/** One running neighbour of the local stack: Kafka, the registry, ClickHouse. */
export interface Part {
  readonly name: string;
  /** What a client connects to: `127.0.0.1:9092`, `http://127.0.0.1:8123`. */
  readonly address: string;
  /** One sentence for people: version, where its data lie. */
  readonly detail: string;
  /** Resolves when its process is over, wanted or not; left out where somebody else runs it. */
  readonly ended?: Promise<void>;
  /** Ends it in order, and by force after a limit. Repeated calls wait for the same end. */
  stop(): Promise<void>;
}

/** How the worker gets into ClickHouse. */
export interface ClickHouseAccess {
  readonly url: string;
  /** Left out where the configuration says who writes. */
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
}
