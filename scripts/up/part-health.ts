import type { Settings } from "../../infra/config/settings.ts";
import type { PartView } from "../../infra/http/status-view.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import type { Part } from "../../infra/local-stack/part.ts";
import { RegistryHttp } from "../../infra/registry/registry-http.ts";
import { withoutSecrets } from "../../infra/telemetry/without-secrets.ts";

/** Something of the stack that can be asked how it is. */
export interface Watched {
  readonly name: string;
  readonly address: string;
  /** What it is, in a sentence. */
  readonly detail: string;
  /** Resolves where it is well, rejects with what is wrong. */
  look(): Promise<unknown>;
}

/** A part that needs longer is not well. */
const limitMs = 3_000;

/** Asks; does not throw. What it says goes to people: an address shows no password, an error neither. */
export async function healthOf({ name, address, detail, look }: Watched): Promise<PartView> {
  const shown = { name, address: withoutSecrets(address), detail };
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  try {
    await Promise.race([look(), late.promise]);
    return { ...shown, state: "healthy", reason: "" };
  } catch (error) {
    return { ...shown, state: "unhealthy", reason: withoutSecrets(error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(timer);
  }
}

/** The parts of a stack with the question each can answer; a part that nobody can ask is told by the end of its process alone. */
export function watchedParts(parts: readonly Part[], log: LogPort, { registry }: Settings): Watched[] {
  const questions: Readonly<Record<string, (address: string) => Promise<unknown>>> = {
    Kafka: () => log.admin.describe(),
    registry: async (address) => {
      const subjects = await new RegistryHttp(address, registry.username, registry.password).subjects();
      if (!subjects.ok) throw new Error(`it refuses to list subjects: ${subjects.message}`);
    },
    ClickHouse: async (address) => {
      // It needs no user, and fetch takes no address that has one.
      const response = await fetch(new URL("/ping", withoutSecrets(address)), { signal: AbortSignal.timeout(limitMs) });
      if (!response.ok) throw new Error(`it answers ${response.status}`);
    },
  };
  return parts.map(({ name, address, detail, ended }) => {
    let over = false;
    void ended?.then(() => {
      over = true;
    });
    return {
      name,
      address,
      detail,
      async look() {
        if (over) throw new Error("its process has ended");
        await questions[name]?.(address);
      },
    };
  });
}
