import { pick, pseudonym } from "../draws.ts";
import type { Random } from "../random.ts";
import type { Errand, HttpSide } from "./arrival.ts";
import type { Tenant } from "./tenants.ts";

/** Logins that fail because somebody mistyped. */
const mistypedShare = 0.06;
/** Lists that are asked for without a key, or with one that is over. */
const keylessShare = 0.05;

/** What people look for on the pages for everyone; some of it sounds like SQL and is none. */
const searches = [
  "rate limits",
  "streaming",
  "what's new",
  "select a model",
  "drop in latency",
  "union of filters",
  "insert images into a prompt",
  "tokens or characters",
] as const;

/**
 * What a client of `tenant` asks for beside the model. A gateway knows a tenant by its key: who logs in or reads the pages for
 * everyone is nobody yet, as attackers mostly are.
 */
export function errand(seed: number, tenant: Tenant, atMs: number, name: string, random: Random): Errand {
  const base = { requestId: pseudonym(seed, 20, "errand", name), atMs };
  const from = bare(pick(random, tenant.addresses), tenant.agent);
  const chance = random.next();
  if (chance < 0.5) {
    const isKeyless = random.next() < keylessShare;
    return { ...base, tenantHash: isKeyless ? "" : tenant.hash, status: isKeyless ? 401 : 200, http: { ...from, path: "/v1/models" } };
  }
  const nobody = { ...base, tenantHash: "" };
  if (chance < 0.65) return { ...nobody, status: 200, http: { ...from, path: `/docs/${pick(random, ["quickstart", "limits"])}?lang=en` } };
  if (chance < 0.75) {
    const words = pick(random, searches);
    const search = { parameter: () => encodeURIComponent(words), body: () => JSON.stringify({ filter: words }) };
    return { ...nobody, status: searchStatus(random), http: searchHttp(from, search, random) };
  }
  if (chance < 0.8) return { ...nobody, status: 404, http: { ...from, path: pick(random, ["/favicon.ico", "/robots.txt", "/docs/faq"]) } };
  const login = loginHttp(from.sourceIp, tenant.agent, `user${random.int(1, 400)}@example.org`);
  return { ...nobody, status: random.next() < mistypedShare ? 401 : 200, http: login };
}

/** Now and then a search is not understood, or takes too long. */
const searchStatus = (random: Random): number => {
  const chance = random.next();
  return chance < 0.95 ? 200 : chance < 0.98 ? 400 : 500;
};

/** A plain GET, but for its path. */
export const bare = (sourceIp: string, userAgent: string) =>
  ({ sourceIp, userAgent, method: "GET", headers: { accept: "*/*" } as Readonly<Record<string, string>>, body: null }) as const;

/** A login form as it is sent; what the password is nobody should know. */
export const loginHttp = (sourceIp: string, userAgent: string, user: string): HttpSide => ({
  sourceIp,
  userAgent,
  method: "POST",
  path: "/auth/login",
  headers: { "content-type": "application/json", accept: "application/json" },
  body: JSON.stringify({ email: user, password: "********" }),
});

/** A search of the pages for everyone: in a parameter mostly (undecoded as it stands in a path), else in a body or a cookie. */
export function searchHttp(from: ReturnType<typeof bare>, search: { parameter(): string; body(): string }, random: Random): HttpSide {
  const chance = random.next();
  if (chance < 0.7) {
    const asked = pick(random, ["search?q", "errors?id", "changes?order"]);
    return { ...from, path: `/docs/${asked}=${search.parameter()}` };
  }
  if (chance < 0.9)
    return { ...from, method: "POST", path: "/docs/search", headers: { "content-type": "application/json" }, body: search.body() };
  return { ...from, path: "/docs/changes", headers: { ...from.headers, cookie: `session=${search.parameter()}` } };
}
