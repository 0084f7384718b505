import { join } from "node:path";
import type { Settings } from "../../infra/config/settings.ts";
import { dataDir } from "../command-line/addresses.ts";

/** Where the ways in keep how far they have read: the configured folder, else one of the namespace among this machine's data. */
export const stateDirOf = ({ ingest, namespace }: Pick<Settings, "ingest" | "namespace">): string =>
  ingest.stateDir === "" ? join(dataDir(), "ingest", namespace) : ingest.stateDir;
