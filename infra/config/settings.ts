import { z } from "zod";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { defaultGroup, inGroup } from "../../schemas/topics/group.ts";
import { ingestSettings } from "./ingest-keys.ts";
import { laneSettings, sinkSettings } from "./lane-keys.ts";
import { clickhouseSettings, kafkaSettings, registrySettings } from "./neighbour-keys.ts";
import { privacySettings } from "./privacy-keys.ts";

/** Section `log`. */
const log = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info").describe("what is logged: this and what is graver"),
});

/** Section `http`: where a worker answers, and when it calls itself ready. */
const http = z.strictObject({
  host: z.string().default("127.0.0.1").describe("address a worker's health and metrics listen on; 0.0.0.0 for all"),
  port: z.int().min(0).max(65_535).default(0).describe("its port; 0 takes any free one"),
  maxLagRecords: z.int().positive().default(1_000_000).describe("records a lane may lag behind, in records, before `/readyz` answers 503"),
});

/** What topics, groups and databases take alike. */
const name = /^[A-Za-z0-9_-]*$/;

/** Sections that do not depend on which pipelines there are. */
const sections = {
  namespace: z
    .string()
    .max(60)
    .regex(name, "letters, digits, _ and - are wanted")
    .default("")
    .describe("prefix of every topic, group and table; none by default"),
  group: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[A-Za-z0-9._-]+$/, "letters, digits, dot, _ and - are wanted")
    .default(defaultGroup)
    .describe("offsets, transactional ids, checkpoints and internal topics have names that begin with this; another is a fresh start"),
  kafka: kafkaSettings.prefault({}),
  registry: registrySettings.prefault({}),
  clickhouse: clickhouseSettings.prefault({}),
  lane: laneSettings.prefault({}),
  sinks: sinkSettings.prefault({}),
  log: log.prefault({}),
  http: http.prefault({}),
  privacy: privacySettings.prefault({}),
  ingest: ingestSettings.prefault({}),
};

type Sections = z.infer<z.ZodObject<typeof sections>>;

/** Everything that can be configured, checked and complete. */
export interface Settings extends Sections {
  /** A pipeline's own options, by its name. */
  readonly pipelines: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One schema over file, environment and command line; each pipeline brings the section of its name. */
export function settingsSchema(pipelines: readonly Pipeline[]): z.ZodObject {
  const own = Object.fromEntries(pipelines.map(({ name: section, options }) => [section, options.prefault({})]));
  return z.strictObject({ ...sections, ...own });
}

/** Tells the fixed sections and those of the pipelines apart. */
export function asSettings(parsed: Readonly<Record<string, unknown>>, pipelines: readonly Pipeline[]): Settings {
  const own = Object.fromEntries(pipelines.map(({ name: section }) => [section, parsed[section] as Record<string, unknown>]));
  const rest = Object.fromEntries(Object.entries(parsed).filter(([section]) => !(section in own)));
  return { ...(rest as unknown as Sections), pipelines: own };
}

/** A topic's name on the wire, for the workers of this namespace and group. */
export const topicNames =
  ({ namespace, group }: Pick<Settings, "namespace" | "group">) =>
  (topic: string): string =>
    underNamespace(namespace)(inGroup(group, topic));

/** A group's, folder's or database's name under a namespace. */
export const underNamespace =
  (namespace: string) =>
  (topic: string): string =>
    namespace === "" ? topic : `${namespace}.${topic}`;
