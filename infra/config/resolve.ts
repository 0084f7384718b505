import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { shortestKey } from "./privacy-keys.ts";
import { sayIssue } from "./say-issue.ts";
import { leavesOf } from "./schema-walk.ts";
import { asSettings, type Settings, settingsSchema } from "./settings.ts";
import { type Entry, fromAssignments, fromEnvironment, type Said } from "./sources.ts";
import { fromFile } from "./yaml-file.ts";

/** Where settings come from; what stands later wins: file, environment, `set`, `namespace`. */
export interface SettingsSources {
  readonly pipelines: readonly Pipeline[];
  /** A YAML file; one that cannot be read is a fault like any other. */
  readonly file?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** `key=value`, as typed after `--set`. */
  readonly set?: readonly string[];
  readonly namespace?: string;
}

/** Reads, merges and checks. Throws GW_CONFIG_INVALID with everything that is wrong and where it stands. */
export function resolveSettings({ pipelines, file, environment, set = [], namespace }: SettingsSources): Settings {
  const schema = settingsSchema(pipelines);
  const leaves = leavesOf(schema);
  const said: Said[] = [
    ...(file === undefined ? [] : [fromFile(file, schema, leaves, environment)]),
    fromEnvironment(environment, leaves),
    fromAssignments(set, schema, leaves, environment),
    { entries: namespace === undefined ? [] : [{ key: "namespace", value: namespace, source: "--namespace" }], faults: [] },
  ];
  const entries = new Map(said.flatMap((one) => one.entries).map((entry) => [entry.key, entry]));
  const faults = said.flatMap((one) => one.faults);
  const parsed = schema.safeParse(nested(entries.values()));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = issue.path.map(String).join(".");
      const entry = [...entries.values()].find((one) => key === one.key || key.startsWith(`${one.key}.`));
      faults.push(`${entry === undefined ? "" : `${entry.source}: `}${key}: ${sayIssue(issue)}`);
    }
  } else {
    const settings = asSettings(parsed.data, pipelines);
    faults.push(...contradictions(settings));
    if (faults.length === 0) return settings;
  }
  throw new Fault("GW_CONFIG_INVALID", ["the configuration is not right:", ...faults.map((one) => `  ${one}`)].join("\n"), { faults });
}

/** Dotted keys into sections; keys are those of the schema, never what a file has made up. */
function nested(entries: Iterable<Entry>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key, value } of entries) {
    const path = key.split(".");
    let at = root;
    for (const name of path.slice(0, -1)) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = value;
  }
  return root;
}

/** What each key allows by itself and all together do not. */
function contradictions({ lane, kafka, sinks, ingest, privacy }: Settings): string[] {
  const faults: string[] = [];
  if (sinks.retryMinMs > sinks.retryMaxMs) faults.push("sinks.retryMinMs: at most sinks.retryMaxMs is wanted");
  if (3 * lane.heartbeatMs > lane.sessionTimeoutMs) faults.push("lane.heartbeatMs: at most a third of lane.sessionTimeoutMs is wanted");
  if (kafka.saslMechanism !== undefined && (kafka.saslUsername === undefined || kafka.saslPassword === undefined)) {
    faults.push("kafka.saslMechanism: kafka.saslUsername and kafka.saslPassword are wanted with it");
  }
  if ((kafka.sslCertFile === undefined) !== (kafka.sslKeyFile === undefined))
    faults.push("kafka.sslCertFile and kafka.sslKeyFile belong together");
  if (ingest.tailTenant !== "none" && privacy.hashKey.length < shortestKey) {
    faults.push(
      `ingest.tailTenant: its hashes need a privacy.hashKey of at least ${shortestKey} characters; anyone could undo them otherwise`,
    );
  }
  return faults;
}
