import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";

/**
 * Keeps today's schemas as the next released version of each topic that has changed: from then on the tests hold every later
 * schema to them.
 *
 *     npx node scripts/schemas/release-schemas.ts
 */
const releasedFolder = new URL("../../schemas/released/", import.meta.url);
const avroFolder = new URL("../../schemas/avro/", import.meta.url);

/** The released schemas of a topic, oldest first. */
export function released(topic: string): object[] {
  const folder = new URL(`${topic}/`, releasedFolder);
  return versions(folder).map((version) => JSON.parse(readFileSync(new URL(`${version}.avsc`, folder), "utf8")) as object);
}

function versions(folder: URL): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((file) => Number(file.replace(".avsc", "")))
    .sort((a, b) => a - b);
}

function release(file: string): void {
  const folder = new URL(`${file.replace(".avsc", "")}/`, releasedFolder);
  const newest = versions(folder).at(-1) ?? 0;
  const current = new URL(file, avroFolder);
  if (newest > 0 && readFileSync(new URL(`${newest}.avsc`, folder), "utf8") === readFileSync(current, "utf8")) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(current, new URL(`${newest + 1}.avsc`, folder));
}

if (import.meta.main) for (const file of readdirSync(avroFolder)) release(file);
