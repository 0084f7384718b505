import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../../schemas/faults/fault.ts";
import { cacheDir } from "./cache.ts";
import { maven } from "./kafka-java.ts";
import { versions } from "./versions.ts";

const run = promisify(execFile);
const archive = `apicurio-registry-app-${versions.registry}-all.tar.gz`;
const home = (): string => join(cacheDir(), `apicurio-registry-${versions.registry}`);

export const registryJar = (): string => join(home(), `apicurio-registry-app-${versions.registry}-runner.jar`);

/** The folder with the registry's program, fetched by Maven and unpacked the first time. Safe beside other fetches: the name appears in one step. */
export async function registryApp(onProgress?: (doing: string) => void): Promise<string> {
  if (existsSync(registryJar())) return home();
  const command = await maven();
  onProgress?.(`fetching Apicurio Registry ${versions.registry} by Maven (about 109 MB, once)`);
  await mkdir(cacheDir(), { recursive: true });
  const own = await mkdtemp(`${home()}.fetch-`);
  try {
    // Newer versions of the plugin want the parent POM, which is not served.
    const artifact = `io.apicurio:apicurio-registry-app:${versions.registry}:tar.gz:all`;
    const args = [
      "-B",
      "-q",
      "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy",
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${own}`,
    ];
    await run(command, args, { timeout: 900_000, maxBuffer: 16 << 20 });
    await run("tar", ["-xzf", join(own, archive), "-C", own]);
    await rm(join(own, archive));
    await rename(own, home());
  } catch (error) {
    if (!existsSync(registryJar())) throw fetchFault(error);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return home();
}

function fetchFault(error: unknown): Fault {
  const { stdout = "", message } = error as { stdout?: string; message: string };
  const said = stdout.split("\n").find((line) => line.startsWith("[ERROR]")) ?? message;
  const full = /ENOSPC|no space left/i.test(`${stdout} ${message}`);
  return new Fault(
    full ? "GW_DISK_FULL" : "GW_PART_FAILED",
    `Apicurio Registry ${versions.registry} could not be fetched: ${said.slice(0, 300)}`,
    {},
    error,
  );
}
