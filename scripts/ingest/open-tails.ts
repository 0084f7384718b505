import type { Settings } from "../../infra/config/settings.ts";
import type { Intake } from "../../infra/ingest/intake.ts";
import { DeadLetterLines } from "../../infra/ingest/logs/bad-lines.ts";
import type { LineOrigin } from "../../infra/ingest/logs/log-format.ts";
import { startTails } from "../../infra/ingest/logs/start-tails.ts";
import type { Telling } from "../../infra/ingest/way-in.ts";
import { keyedHash } from "../../operators/privacy/keyed-hash.ts";
import { protectText } from "../../operators/privacy/protect.ts";
import { topics } from "../../schemas/topics/index.ts";
import { topicSpec } from "../worker/topic-specs.ts";
import type { Connected } from "./open-intake.ts";
import { stateDirOf } from "./state-dir.ts";

/** Follows the logs that the configuration names, until stopped. Throws GW_USAGE, GW_CONFIG_INVALID. */
export async function openTails({ log, named }: Connected, settings: Settings, intake: Intake, { say, waits }: Telling) {
  const { tail, tailFrom, tailTenant, tailRotateWaitS, deploymentId } = settings.ingest;
  const letters = new DeadLetterLines(log, named, (line) => protectText(line, settings.privacy));
  if (tail.length > 0) await log.admin.createTopics([topicSpec(topics.dlq, named, settings.kafka)]);
  const tails = await startTails(
    {
      tails: tail,
      stateDir: stateDirOf(settings),
      badLines: letters.put,
      from: tailFrom,
      rotateWaitMs: tailRotateWaitS * 1_000,
      deploymentId,
      waits,
      tenantHash: tenantHash(tailTenant, settings.privacy.hashKey),
    },
    intake,
    say,
  );
  return {
    running: tails.running,
    async stop() {
      await tails.stop();
      await letters.close();
    },
  };
}

function tenantHash(from: "none" | "user" | "host", key: string): LineOrigin["tenantHash"] {
  if (from === "none") return undefined;
  return (names) => {
    const name = names[from];
    return name === undefined ? "" : keyedHash(key, "tenant", name);
  };
}
