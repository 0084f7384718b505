import type { Indicator, RequestEvent } from "../../schemas/types/avro.ts";
import { addressNumber, addressRange, prefixOf } from "./ip-address.ts";
import { headerValue } from "./units/request-units.ts";

/** An indicator as it is held; `expiresTs` is NaN where it never expires, `key` that of its record. */
export interface Known extends Pick<Indicator, "indicator" | "type" | "source" | "confidence" | "category" | "description"> {
  readonly key: string;
  readonly expiresTs: number;
}

/** What of a request an indicator met. */
export interface Match {
  readonly known: Known;
  /** `source address`, `user agent`, `host in path` and so on. */
  readonly place: string;
}

const shortestAgent = 3;
const hosts = /\b(?:https?|wss?|ftp):\/\/(?:[^\s/@]{0,60}@)?([a-z0-9.-]{1,253})/gi;

/**
 * Indicators made ready to be looked up: a request costs a few map look-ups, one more for each length of range there is, and a
 * search for each agent text. Of an address only what the gateway saw counts: a forwarded-for header is what anyone may write.
 */
export class IntelIndex {
  readonly #addresses = new Map<bigint, Map<string, Known>>();
  readonly #ranges = new Map<number, Map<bigint, Map<string, Known>>>();
  readonly #texts = new Map<string, Map<string, Known>>();
  readonly #agents = new Map<string, Known>();

  /** Text that is not what its type says it is matches nothing. */
  add(known: Known): void {
    this.#places(known, (map, at) => {
      const here = map.get(at) ?? new Map<string, Known>();
      here.set(known.key, known);
      map.set(at, here);
    });
    if (known.type === "AGENT" && known.indicator.length >= shortestAgent) this.#agents.set(known.key, known);
  }

  remove(known: Known): void {
    this.#places(known, (map, at) => {
      const here = map.get(at);
      here?.delete(known.key);
      if (here?.size === 0) map.delete(at);
    });
    this.#agents.delete(known.key);
  }

  /** Everything known of a request that has not expired at its time, each once, by key: an order that survives a restart. */
  matches(event: RequestEvent): Match[] {
    const found = new Map<string, Match>();
    const tell = (some: ReadonlyMap<string, Known> | undefined, place: string) => {
      for (const [key, known] of some ?? []) if (!(known.expiresTs <= event.ts || found.has(key))) found.set(key, { known, place });
    };
    const address = event.sourceIp === null ? undefined : addressNumber(event.sourceIp);
    if (address !== undefined) {
      tell(this.#addresses.get(address), "source address");
      for (const [bits, ranges] of this.#ranges) tell(ranges.get(prefixOf(address, bits)), "source address");
    }
    for (const hash of [event.sourceIp, event.userHash, event.apiKeyHash]) {
      if (hash !== null) tell(this.#texts.get(`HASH ${hash.toLowerCase()}`), "hash");
    }
    const agent = this.#agents.size === 0 ? "" : (event.userAgent ?? headerValue(event.headers, "user-agent")).toLowerCase();
    if (agent !== "") {
      for (const [key, known] of this.#agents)
        if (agent.includes(known.indicator.toLowerCase())) tell(new Map([[key, known]]), "user agent");
    }
    for (const [host, place] of this.#texts.size === 0 ? [] : hostsOf(event)) {
      for (let name = host; name.includes("."); name = name.slice(name.indexOf(".") + 1)) tell(this.#texts.get(`DOMAIN ${name}`), place);
    }
    return [...found.values()].sort((a, b) => (a.known.key < b.known.key ? -1 : Number(a.known.key > b.known.key)));
  }

  #places({ type, indicator }: Known, at: <K>(map: Map<K, Map<string, Known>>, key: K) => void): void {
    if (type === "ADDRESS" || type === "RANGE") {
      const range = addressRange(indicator);
      if (range === undefined) return;
      if (range.bits === 128) {
        at(this.#addresses, range.prefix);
        return;
      }
      const ranges = this.#ranges.get(range.bits) ?? new Map<bigint, Map<string, Known>>();
      this.#ranges.set(range.bits, ranges);
      at(ranges, range.prefix);
      if (ranges.size === 0) this.#ranges.delete(range.bits);
    } else if (type !== "AGENT") {
      at(this.#texts, `${type} ${indicator.trim().toLowerCase()}`);
    }
  }
}

/** Hosts that a request names, each once: in its path, its referer, its origin, its agent. */
function hostsOf({ path, userAgent, headers }: RequestEvent): Map<string, string> {
  const found = new Map<string, string>();
  const texts = [
    ["referer", headerValue(headers, "referer")],
    ["origin", headerValue(headers, "origin")],
    ["user agent", userAgent ?? ""],
    ["path", (path ?? "").replaceAll(/%3a/gi, ":").replaceAll(/%2f/gi, "/")],
  ] as const;
  for (const [place, text] of texts) {
    for (const [, host] of text.slice(0, 8_192).matchAll(hosts)) {
      const name = (host ?? "").toLowerCase();
      if (!found.has(name)) found.set(name, `host in ${place}`);
    }
  }
  return found;
}
