import { z } from "zod";

const kept = (of: string) =>
  z
    .enum(["none", "features", "excerpt", "full"])
    .default("excerpt")
    .describe(`what is kept of ${of}: nothing, figures of it, its beginning with personal data masked, or all of it as it came`);

/** Shorter keys could be tried out, in characters. */
export const shortestKey = 16;

/** PrivacyPolicy of operators/privacy/protect.ts: what ways in keep of requests before anything is written. */
export const privacySettings = z
  .strictObject({
    prompts: kept("prompts"),
    bodies: kept("bodies of other requests"),
    excerptChars: z.int().min(16).max(100_000).default(512).describe("length of such a beginning, in characters"),
    hashAddresses: z.boolean().default(false).describe("whether source addresses are replaced by a keyed hash"),
    hashUsers: z.boolean().default(false).describe("whether users, their sessions and keys are replaced by a keyed hash"),
    hashKey: z
      .string()
      .default("")
      .describe(`key of these hashes, ${shortestKey} characters or more; a secret, best given as \${env:NAME} or \${file:path}`),
  })
  .refine(({ hashAddresses, hashUsers, hashKey }) => !(hashAddresses || hashUsers) || hashKey.length >= shortestKey, {
    path: ["hashKey"],
    message: `hashing needs a key of at least ${shortestKey} characters: anyone can try all addresses against a hash without one`,
  });
