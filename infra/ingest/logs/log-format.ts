import type { AnyTopic } from "../../../schemas/topics/topic.ts";

/** Where a line came from, as far as its value depends on it. */
export interface LineOrigin {
  /** The same whenever the same line of the same file is read, by which doubles are known. */
  readonly id: string;
  /** The file, from the root. */
  readonly path: string;
  readonly deploymentId: string;
  /** The tenant's hash for the name a gateway logged, where a tenant is configured. */
  readonly tenantHash?: (names: { readonly user?: string; readonly host?: string }) => string;
}

/** One form of line that a file can be tailed in. */
export interface LogFormat {
  /** As `--tail FORMAT=FILE` names it. */
  readonly name: string;
  readonly topic: AnyTopic;
  /** The topic's value in JSON form; undefined for a line that speaks of something else. Throws GW_RECORD_UNREADABLE. */
  read(line: string, origin: LineOrigin): object | undefined;
}
