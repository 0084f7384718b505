/**
 * What we use of kafkajs 2.2.4 beyond its public types: connections to a node (TLS, SASL, correlation, time-outs) and the
 * encoding of requests. The version is pinned; the contract suite stands guard.
 */
declare module "kafkajs/src/broker/index.js" {
  import type { Logger } from "kafkajs";
  import type ConnectionPool from "kafkajs/src/network/connectionPool.js";
  import type { BuiltRequest } from "kafkajs/src/protocol/requests/index.js";

  export default class Broker {
    constructor(options: {
      connectionPool: ConnectionPool;
      logger: Logger;
      authenticationTimeout: number;
      allowAutoTopicCreation: boolean;
    });
    readonly connectionPool: ConnectionPool;
    readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number } | undefined>> | null;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    lookupRequest(apiKey: number, definition: object): (args: object) => BuiltRequest;
  }
}

declare module "kafkajs/src/network/connectionPool.js" {
  import type { ConnectionOptions } from "node:tls";
  import type { ISocketFactory, Logger, SASLOptions } from "kafkajs";
  import type { BuiltRequest } from "kafkajs/src/protocol/requests/index.js";

  interface Connection {
    isConnected(): boolean;
  }

  export default class ConnectionPool {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      ssl?: ConnectionOptions | boolean;
      sasl?: SASLOptions;
      socketFactory: ISocketFactory;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      reauthenticationThreshold: number;
      logger: Logger;
    });
    /** The second carries fetches only. */
    readonly pool: readonly Connection[];
    getConnection(index: number): Promise<Connection>;
    send(request: BuiltRequest): Promise<unknown>;
  }
}

declare module "kafkajs/src/network/socketFactory.js" {
  import type { ISocketFactory } from "kafkajs";

  export default function socketFactory(): ISocketFactory;
}

declare module "kafkajs/src/network/requestQueue/index.js" {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    readonly throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
}

declare module "kafkajs/src/protocol/requests/index.js" {
  export interface BuiltRequest {
    readonly request: object;
    readonly response: { decode(payload: Buffer): unknown; parse(decoded: unknown): unknown };
    readonly requestTimeout?: number | null;
    readonly logResponseError?: boolean;
  }
  const requests: { requests: Readonly<Record<string, object>> };
  export default requests;
}

declare module "kafkajs/src/protocol/requests/apiKeys.js" {
  const apiKeys: Readonly<Record<string, number>>;
  export default apiKeys;
}

declare module "kafkajs/src/protocol/error.js" {
  const errors: { errorCodes: readonly { type: string; code: number; retriable: boolean; message: string }[] };
  export default errors;
}

/** Of the tests only: kafkajs' encoder as the other side of our reader. */
declare module "kafkajs/src/protocol/recordBatch/record/v0/index.js" {
  export default function Record(record: {
    offsetDelta: number;
    timestampDelta: number;
    key: Buffer | null;
    value: Buffer | null;
    headers: Readonly<Record<string, string | Buffer>>;
  }): object;
}

declare module "kafkajs/src/protocol/recordBatch/v0/index.js" {
  const recordBatch: {
    RecordBatch(batch: {
      compression: number;
      records: readonly object[];
      firstTimestamp: number;
      maxTimestamp: number;
      producerId: number;
      producerEpoch: number;
      firstSequence: number;
      transactional: boolean;
      lastOffsetDelta: number;
    }): Promise<{ buffer: Buffer }>;
  };
  export default recordBatch;
}
