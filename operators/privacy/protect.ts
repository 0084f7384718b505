import type { RequestEvent } from "../../schemas/types/avro.ts";
import { headerValue } from "../threats/units/request-units.ts";
import { carriesPrompt } from "./carries-prompt.ts";
import { excerptOf } from "./excerpt.ts";
import { hashAddresses } from "./hashed-addresses.ts";
import { maskAgent, maskHeaders } from "./http-secrets.ts";
import { keyedHash } from "./keyed-hash.ts";
import { maskPath } from "./masked-path.ts";
import { promptFeatures } from "./prompt-features.ts";

/** What is kept of a text, from least to most. `features`: length, entropy, runs. `excerpt`: these, and its beginning, masked. */
export type Kept = "none" | "features" | "excerpt" | "full";
const least: readonly Kept[] = ["none", "features", "excerpt", "full"];

/** What is kept of requests. Everything but `full` is decided before a record leaves the process. */
export interface PrivacyPolicy {
  readonly prompts: Kept;
  /** Of a body that may hold a prompt at most what is kept of prompts. */
  readonly bodies: Kept;
  /** Length of an excerpt, in characters. */
  readonly excerptChars: number;
  readonly hashAddresses: boolean;
  /** Users, their sessions and their keys; tenants stay, since records are dealt out by them. */
  readonly hashUsers: boolean;
  /** Of the keyed hash; whoever has it can find out which hash is which address. */
  readonly hashKey: string;
}

/**
 * The request as it may be kept: prompt and body as the policy says, secrets in headers, cookies and query strings masked whatever
 * it says, addresses and users hashed where asked. Pure: the same request and policy give the same, and the request is not
 * changed. Strings that read like an attack keep what shows it. Apply once: a hash would be hashed again.
 */
export function protect(request: RequestEvent, policy: PrivacyPolicy): RequestEvent {
  const { path, userAgent, headers } = request;
  const address = (text: string) => addressesKept(text, policy);
  const user = (text: string) => (policy.hashUsers && text !== "" ? keyedHash(policy.hashKey, "user", text) : text);
  const prompts = policy.prompts === "excerpt" || policy.prompts === "full";
  return {
    ...request,
    ...people(request, policy),
    ...promptKept(request, policy),
    ...bodyKept(request, policy),
    path: path === null ? null : maskPath(path, { prompts }),
    userAgent: userAgent === null ? null : maskAgent(userAgent, address),
    headers: headers === null ? null : maskHeaders(headers, { address, user, prompts }),
  };
}

/** A text of which nobody knows what it holds, such as a line of a log that could not be read: what can be found in it is masked. */
export const protectText = (text: string, policy: PrivacyPolicy): string => maskAgent(text, (part) => addressesKept(part, policy));

type People = Pick<RequestEvent, "sourceIp" | "userHash" | "apiKeyHash" | "sessionId">;

function people({ sourceIp, userHash, apiKeyHash, sessionId }: RequestEvent, policy: PrivacyPolicy): People {
  const { hashUsers, hashKey } = policy;
  const hashed = (what: string, value: string | null) => (value === null || !hashUsers ? value : keyedHash(hashKey, what, value));
  return {
    sourceIp: sourceIp === null ? null : sourceKept(sourceIp, policy),
    userHash: hashed("user", userHash),
    apiKeyHash: hashed("key", apiKeyHash),
    sessionId: hashed("session", sessionId),
  };
}

const addressesKept = (text: string, { hashAddresses: asked, hashKey }: PrivacyPolicy): string =>
  asked ? hashAddresses(text, (address) => keyedHash(hashKey, "address", address)) : text;

/** A source that is no address may still tell who it is. */
function sourceKept(source: string, policy: PrivacyPolicy): string {
  const kept = addressesKept(source, policy);
  return policy.hashAddresses && kept === source ? keyedHash(policy.hashKey, "address", source.trim().toLowerCase()) : kept;
}

type PromptFields = Pick<RequestEvent, "prompt" | "promptTruncated" | "promptChars" | "inputEntropyBits" | "maxTokenRunShare">;

/** Figures that the producer gave stay: it knows the tokens. */
function promptKept(request: RequestEvent, { prompts, excerptChars }: PrivacyPolicy): Partial<PromptFields> {
  const { prompt } = request;
  if (prompt === null) return {};
  if (prompts === "none") return { prompt: null, promptTruncated: true };
  const features = promptFeatures(prompt);
  const kept = {
    promptChars: request.promptChars ?? prompt.length,
    inputEntropyBits: request.inputEntropyBits ?? features?.entropyBits ?? null,
    maxTokenRunShare: request.maxTokenRunShare ?? features?.longestRunShare ?? null,
  };
  if (prompts === "features") return { ...kept, prompt: null, promptTruncated: true };
  if (prompts === "full") return kept;
  const { text, cut } = excerptOf(prompt, excerptChars, "prompt");
  return { ...kept, prompt: text, promptTruncated: request.promptTruncated || cut };
}

function bodyKept(request: RequestEvent, policy: PrivacyPolicy): Partial<Pick<RequestEvent, "body" | "bodyTruncated" | "bodyChars">> {
  const { body, headers } = request;
  if (body === null) return {};
  const stricter = least.indexOf(policy.prompts) < least.indexOf(policy.bodies);
  // Where a prompt was taken out, or tokens were counted, the body holds them whatever its form.
  const keep = stricter && (request.prompt !== null || request.inputTokens > 0 || carriesPrompt(body)) ? policy.prompts : policy.bodies;
  if (keep === "none") return { body: null, bodyTruncated: true };
  const bodyChars = request.bodyChars ?? body.length;
  if (keep === "features") return { bodyChars, body: null, bodyTruncated: true };
  if (keep === "full") return { bodyChars };
  const { text, cut } = excerptOf(body, policy.excerptChars, "body", headerValue(headers, "content-type"));
  return { bodyChars, body: text, bodyTruncated: request.bodyTruncated || cut };
}
