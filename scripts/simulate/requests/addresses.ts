import type { Random } from "../random.ts";

/** Networks set aside for documentation (RFC 5737, RFC 3849): nobody's, so nobody is accused. */
const networks = ["192.0.2", "198.51.100", "203.0.113"] as const;

/** An address of a documentation network; one in eight is IPv6. Friends and attackers come from the same ones. */
export function address(random: Random): string {
  if (random.int(0, 7) > 0) return `${networks[random.int(0, networks.length - 1)]}.${random.int(1, 254)}`;
  return `2001:db8:${random.int(0, 0xffff).toString(16)}::${random.int(1, 0xffff).toString(16)}`;
}

/** So many different addresses. */
export function addresses(random: Random, count: number): string[] {
  const found = new Set<string>();
  while (found.size < count) found.add(address(random));
  return [...found];
}

/** What clients of an inference interface call themselves. */
export const agents = [
  "OpenAI/Python 1.99.1",
  "OpenAI/JS 5.12.0",
  "python-httpx/0.28.1",
  "node-fetch/3.3.2",
  "okhttp/4.12.0",
  "Go-http-client/2.0",
  "curl/8.14.1",
  "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
] as const;
