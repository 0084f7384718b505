import type { ConnectionOptions } from "node:tls";
import type { ISocketFactory, Logger as KafkaLogger, SASLOptions } from "kafkajs";
import Broker from "kafkajs/src/broker/index.js";
import ConnectionPool from "kafkajs/src/network/connectionPool.js";
import apiKeys from "kafkajs/src/protocol/requests/apiKeys.js";
import wire from "kafkajs/src/protocol/requests/index.js";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { CallName, Calls } from "./calls.ts";
import { isSilence } from "./kafka-fault.ts";

/** A node as the cluster names it, or as the settings do before it has been asked. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What every connection of a process is made with. */
export interface Dialling {
  readonly clientId: string;
  readonly ssl: ConnectionOptions | boolean | undefined;
  readonly sasl: SASLOptions | undefined;
  readonly socketFactory: ISocketFactory;
  readonly logger: KafkaLogger;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/**
 * One connection to each node, and a second one for fetches where asked for: a broker answers the requests of a connection
 * one after the other, so a long poll must not stand in the way of anything else.
 *
 * A connection that failed is thrown away whole, since kafkajs opens two sockets when two requests reconnect at once.
 */
export class Link {
  readonly #dialling: Dialling;
  readonly #fetches: boolean;
  readonly #held = new Map<string, Held>();

  constructor(dialling: Dialling, fetches: boolean) {
    this.#dialling = dialling;
    this.#fetches = fetches;
  }

  /** Error codes within the answer are the caller's to check. `decode` reads the answer's bytes where kafkajs' own way will not do. */
  async call<N extends CallName>(
    at: Address,
    name: N,
    args: Calls[N]["args"],
    decode?: (payload: Buffer) => Calls[N]["answer"],
  ): Promise<Calls[N]["answer"]> {
    const held = await this.#whole(at);
    const broker = await held.opening;
    const built = broker.lookupRequest(apiKeys[name] as number, wire.requests[name] as object)(args);
    const response = { decode: decode ?? ((payload: Buffer) => built.response.decode(payload)), parse: (decoded: unknown) => decoded };
    try {
      return (await broker.connectionPool.send({ ...built, response })) as Calls[N]["answer"];
    } catch (error) {
      if (isSilence(error)) this.#drop(held);
      throw error;
    }
  }

  /** A request in a version that kafkajs does not know: its body as bytes, the answer read by the caller. */
  async ask<R>(
    at: Address,
    request: { readonly apiKey: number; readonly apiVersion: number; readonly apiName: string },
    body: Buffer,
    decode: (payload: Buffer) => R,
  ): Promise<R> {
    const held = await this.#whole(at);
    const { connectionPool } = await held.opening;
    // What kafkajs wants of an encoder: `buf` to know it by, `buffer` to take from it.
    const encode = async () => ({ buf: body, buffer: body });
    const response = { decode, parse: (decoded: unknown) => decoded };
    try {
      return (await connectionPool.send({ request: { ...request, encode }, response })) as R;
    } catch (error) {
      if (isSilence(error)) this.#drop(held);
      throw error;
    }
  }

  /** The versions of a request that the node takes. */
  async versions(at: Address, name: CallName): Promise<{ minVersion: number; maxVersion: number } | undefined> {
    const { versions } = await (await this.#whole(at)).opening;
    return versions?.[apiKeys[name] as number];
  }

  /** Does not throw; what is under way fails for whoever waits for it. */
  async close(): Promise<void> {
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(all.map(({ opening }) => opening.then((broker) => broker.disconnect()).catch(() => undefined)));
  }

  /** One attempt for all who ask at once; a link that has lost a socket is replaced, not mended. */
  async #whole({ host, port }: Address): Promise<Held> {
    const name = `${host}:${port}`;
    const held = this.#held.get(name);
    if (held !== undefined) {
      if (isWhole(await held.opening, this.#fetches)) return held;
      this.#drop(held);
    }
    const fresh = this.#held.get(name) ?? { name, opening: open(this.#dialling, host, port, this.#fetches) };
    this.#held.set(name, fresh);
    fresh.opening.catch(() => this.#drop(fresh));
    return fresh;
  }

  #drop(held: Held): void {
    if (this.#held.get(held.name) === held) this.#held.delete(held.name);
    void held.opening.then((broker) => broker.disconnect()).catch(() => undefined);
  }
}

interface Held {
  readonly name: string;
  readonly opening: Promise<Broker>;
}

/** Both sockets are there before anyone uses the link. A node older than Kafka 2.3 is refused here, with its name. */
async function open(dialling: Dialling, host: string, port: number, fetches: boolean): Promise<Broker> {
  const { connectionTimeoutMs, requestTimeoutMs, logger, ...same } = dialling;
  const connectionPool = new ConnectionPool({
    ...same,
    host,
    port,
    logger,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    reauthenticationThreshold: 10_000,
  });
  const broker = new Broker({ connectionPool, logger, authenticationTimeout: connectionTimeoutMs, allowAutoTopicCreation: false });
  try {
    await broker.connect();
    if (fetches) await connectionPool.getConnection(1);
    const fetch = broker.versions?.[apiKeys.Fetch as number];
    if (fetch === undefined || fetch.maxVersion < fetchVersion) {
      throw new Fault("GW_KAFKA_PROTOCOL", `${host}:${port} is older than Kafka 2.3, the oldest that Gatewatch speaks to`);
    }
  } catch (error) {
    void broker.disconnect().catch(() => undefined);
    throw error;
  }
  return broker;
}

function isWhole({ connectionPool }: Broker, fetches: boolean): boolean {
  const [requests, longPolls] = connectionPool.pool;
  return requests?.isConnected() === true && (!fetches || longPolls?.isConnected() === true);
}

/** The answer that `fetch-answer.ts` reads. */
const fetchVersion = 11;
