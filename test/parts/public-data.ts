import { existsSync } from "node:fs";
import { dataFolder } from "../../scripts/measure/data-sets.ts";

/**
 * The folder of a public data set; undefined, and a line that says what is not tested, where it is not there. A test that is
 * skipped for it says `shared/data` in its name: so does the verdict over a run know what it lacks.
 */
export function publicData(name: string): string | undefined {
  const folder = dataFolder(name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`not tested: there is no ${folder} (GATEWATCH_SHARED_DATA says where it is)\n`);
  return undefined;
}
