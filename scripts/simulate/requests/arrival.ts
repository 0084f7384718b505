/** A request to the model as it comes in, with what only the simulator knows of it beforehand. */
export interface Arrival {
  readonly requestId: string;
  readonly atMs: number;
  readonly tenantHash: string;
  readonly apiKeyHash: string;
  readonly userHash: string;
  readonly sessionId: string | null;
  readonly sloClass: string;
  /** Place in `domains`; -1 where every token goes to one and the same set of experts. */
  readonly domain: number;
  readonly inputTokens: number;
  /** What it will get, should it end as it wants. */
  readonly outputTokens: number;
  readonly maxTokens: number;
  readonly hashIds: readonly number[];
  readonly prompt: string;
  readonly http: HttpSide;
}

/** What a gateway sees of any request. */
export interface HttpSide {
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A request that never reaches an engine: logins, lists, what is not there. Answered at once by the gateway. */
export interface Errand {
  readonly requestId: string;
  readonly atMs: number;
  readonly tenantHash: string;
  readonly status: number;
  readonly http: HttpSide;
}

/** Tokens in a block of the KV cache and in a block of prefix ids. */
export const blockTokens = 64;

export const blocksOf = (tokens: number): number => Math.ceil(tokens / blockTokens);
