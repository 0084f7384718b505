import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { unreadable } from "./compatible.ts";
import { RegistryHttp, unreachable } from "./registry-http.ts";
import type { RegistrySettings } from "./settings.ts";

/** What a registry holds for a topic, beside what we would write. */
export interface SubjectView {
  readonly subject: string;
  /** Of the newest version; undefined where the subject does not exist. */
  readonly version: number | undefined;
  readonly id: number | undefined;
  /** Whether the newest version is our schema to the letter of its meaning. */
  readonly current: boolean;
  /** Why our schema cannot read what was written under the newest version. */
  readonly conflict: string | undefined;
}

interface Newest {
  readonly version: number;
  readonly id: number;
  readonly schema: string;
}

/** Looks, and registers nothing. Throws GW_REGISTRY_UNREACHABLE. */
export async function viewSubject(
  { url, username, password, named = (topic) => topic }: RegistrySettings,
  topic: AnyTopic,
): Promise<SubjectView> {
  const subject = `${named(topic.name)}-value`;
  const http = new RegistryHttp(url, username, password);
  const answer = await http.newest(subject);
  if (!answer.ok && answer.status !== 404) throw unreachable(http.address, new Error(`status ${answer.status}: ${answer.message}`));
  const newest = answer.ok ? (answer.value as Newest) : undefined;
  if (newest === undefined) return { subject, version: undefined, id: undefined, current: false, conflict: undefined };
  const theirs = JSON.parse(newest.schema) as object;
  const ours = topic.schema as object;
  return { subject, version: newest.version, id: newest.id, current: same(ours, theirs), conflict: unreadable(ours, theirs) };
}

/** Registries may write a schema anew: the order of an object's keys says nothing. */
const same = (one: unknown, other: unknown): boolean => sorted(one) === sorted(other);

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
