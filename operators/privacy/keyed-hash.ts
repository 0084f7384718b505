import { createHmac } from "node:crypto";

/**
 * A value as 128 bits of HMAC-SHA-256, hex: equal values stay equal, and without the key nobody can try all addresses until one
 * fits, as with a plain hash. `what` keeps an address and a user of the same text apart. Source: RFC 2104.
 */
export const keyedHash = (key: string, what: string, value: string): string =>
  createHmac("sha256", key).update(`${what}\0${value}`).digest("hex").slice(0, 32);
