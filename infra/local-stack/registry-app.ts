import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached, fillCache } from "./cache.ts";
import { runMaven } from "./maven.ts";
import { versions } from "./versions.ts";

const name = `apicurio-registry-${versions.registry}`;
const archive = `apicurio-registry-app-${versions.registry}-all.tar.gz`;
/** Newer versions want the parent POM, which is not served. */
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy";

export const hasRegistryApp = (): boolean => existsSync(cached(name));

export const registryJar = (): string => join(cached(name), `apicurio-registry-app-${versions.registry}-runner.jar`);

/** The folder with the registry's program, fetched by Maven and unpacked the first time and kept in the cache. */
export const registryApp = (onProgress?: (doing: string) => void): Promise<string> =>
  fillCache(name, async (dir) => {
    onProgress?.(`fetching Apicurio Registry ${versions.registry} by Maven (about 109 MB, once)`);
    const artifact = `io.apicurio:apicurio-registry-app:${versions.registry}:tar.gz:all`;
    await runMaven(`Apicurio Registry ${versions.registry}`, name, [plugin, `-Dartifact=${artifact}`, `-DoutputDirectory=${dir}`]);
    await promisify(execFile)("tar", ["-xzf", join(dir, archive), "-C", dir]);
    await rm(join(dir, archive));
  });
