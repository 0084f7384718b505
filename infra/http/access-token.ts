import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../../schemas/faults/fault.ts";

/** Shorter ones can be guessed by trying. */
const leastLength = 16;

/**
 * The token in a file, made on first sight: 24 random bytes as base64url, readable by the owner alone. Throws GW_CONFIG_INVALID
 * where the file holds less than 16 characters.
 */
export function tokenIn(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  }
  chmodSync(file, 0o600);
  const token = readFileSync(file, "utf8").trim();
  if (token.length < leastLength)
    throw new Fault("GW_CONFIG_INVALID", `the token in ${file} has ${token.length} characters, at least ${leastLength} are needed`, {
      file,
    });
  return token;
}
