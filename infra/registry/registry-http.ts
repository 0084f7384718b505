import type { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Fault } from "../../schemas/faults/fault.ts";

type ClientSettings = ConstructorParameters<typeof SchemaRegistry>[0];

/** What came back, where a refusal is an answer too. */
export type RegistryAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly message: string };

/** A lane waits for a schema with its tap full, so an answer that does not come must end. */
const timeoutMs = 10_000;
const media = "application/vnd.schemaregistry.v1+json";

/** The registry's address, how to be let in, and the calls that the client does not offer. */
export class RegistryHttp {
  readonly address: string;
  readonly #auth: { username: string; password: string } | undefined;

  constructor(url: string, username?: string, password?: string) {
    const parsed = new URL(url);
    const user = username ?? decodeURIComponent(parsed.username);
    this.#auth = user === "" ? undefined : { username: user, password: password ?? decodeURIComponent(parsed.password) };
    parsed.username = "";
    parsed.password = "";
    this.address = parsed.href.replace(/\/+$/, "");
  }

  /** For the client library. It retries nothing: whoever calls knows how long it may wait. */
  clientSettings(): ClientSettings {
    const withTimeout: NonNullable<ClientSettings["middlewares"]>[number] = () => ({
      prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }),
    });
    return {
      host: this.address,
      clientId: "gatewatch",
      retry: { retries: 0 },
      middlewares: [withTimeout],
      ...(this.#auth === undefined ? {} : { auth: this.#auth }),
    };
  }

  /** Runs a call of the client; what a registry refuses is an answer, what does not reach one throws GW_REGISTRY_UNREACHABLE. */
  async answer<T>(call: () => Promise<T>): Promise<RegistryAnswer<T>> {
    try {
      return { ok: true, value: await call() };
    } catch (error) {
      if (error instanceof Fault) throw error;
      const status = statusOf(error) ?? 422;
      if (!isRefusal(status)) throw unreachable(this.address, error);
      return { ok: false, status, message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Undefined where the subject has no setting of its own and the registry says so. */
  async compatibility(subject: string): Promise<string | undefined> {
    const answer = await this.#request("GET", `/config/${encodeURIComponent(subject)}`);
    if (!answer.ok) return undefined;
    const { compatibilityLevel } = answer.value as { compatibilityLevel?: unknown };
    return typeof compatibilityLevel === "string" ? compatibilityLevel.toUpperCase() : undefined;
  }

  /** For one subject; the registry's own default stays as it is. */
  async setCompatibility(subject: string, compatibility: string): Promise<RegistryAnswer<unknown>> {
    return await this.#request("PUT", `/config/${encodeURIComponent(subject)}`, { compatibility });
  }

  /** The newest version of a subject, refused with 404 where there is none. */
  async newest(subject: string): Promise<RegistryAnswer<unknown>> {
    return await this.#request("GET", `/subjects/${encodeURIComponent(subject)}/versions/latest`);
  }

  /** Names only: cheap, and a refused user shows here. */
  async subjects(): Promise<RegistryAnswer<unknown>> {
    return await this.#request("GET", "/subjects");
  }

  /** A server that errs (5xx) is one that may answer the next time; so is anything but a refusal. */
  async #request(method: "GET" | "PUT", path: string, body?: object): Promise<RegistryAnswer<unknown>> {
    const headers: Record<string, string> = { accept: media, ...(body === undefined ? {} : { "content-type": media }) };
    if (this.#auth !== undefined)
      headers.authorization = `Basic ${Buffer.from(`${this.#auth.username}:${this.#auth.password}`).toString("base64")}`;
    try {
      const response = await fetch(`${this.address}${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      if (response.ok) return { ok: true, value: JSON.parse(text) };
      if (!isRefusal(response.status)) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`);
      return { ok: false, status: response.status, message: text.slice(0, 300) };
    } catch (error) {
      throw unreachable(this.address, error);
    }
  }
}

/** Whether the registry has looked at the request and said no; all else may be different the next time. */
const isRefusal = (status: number): boolean => [404, 409, 422].includes(status);

/**
 * The status a failed call of the client carries; undefined where it failed for another reason than the request. A request that
 * reached nobody carries 400, invented by the client's HTTP library (mappersmith 2.47.1, gateway.js dispatchClientError).
 */
export const statusOf = (error: unknown): number | undefined =>
  typeof error === "object" && error !== null && "status" in error && typeof error.status === "number" ? error.status : undefined;

/** GW_REGISTRY_UNREACHABLE with the cause's own words, less what the client puts before them. */
export function unreachable(address: string, error: unknown): Fault {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message.replace(/^gatewatch - (Error, status 400: )?/, "") : String(cause);
  return new Fault("GW_REGISTRY_UNREACHABLE", `the schema registry at ${address} does not answer: ${why}`, { address }, error);
}
