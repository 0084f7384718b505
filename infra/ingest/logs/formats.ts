import { engineBalance } from "../routing/engine-balance.ts";
import { envoyJson } from "./envoy-json.ts";
import { envoyText } from "./envoy-text.ts";
import type { LogFormat } from "./log-format.ts";
import { nginxCombined } from "./nginx-combined.ts";
import { nginxJson } from "./nginx-json.ts";

/** Every form of line that can be tailed, by the name that `--tail FORMAT=FILE` takes. */
export const logFormats: ReadonlyMap<string, LogFormat> = new Map(
  [nginxCombined, nginxJson, envoyText, envoyJson, engineBalance()].map((format) => [format.name, format]),
);
