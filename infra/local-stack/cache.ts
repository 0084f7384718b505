import { homedir } from "node:os";
import { join } from "node:path";

/** Where jars and tarballs are kept, shared by all checkouts of this user. */
export const cacheDir = (): string =>
  process.env.GATEWATCH_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "gatewatch");
