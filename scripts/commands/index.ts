import type { AnyCommand } from "../command-line/command.ts";
import { apply } from "./apply.ts";
import { dlqList } from "./dlq-list.ts";
import { dlqShow } from "./dlq-show.ts";
import { doctor } from "./doctor.ts";
import { ingest } from "./ingest.ts";
import { produce } from "./produce.ts";
import { query } from "./query.ts";
import { run } from "./run.ts";
import { schemasCheck } from "./schemas-check.ts";
import { schemasCreate } from "./schemas-create.ts";
import { schemasList } from "./schemas-list.ts";
import { simulate } from "./simulate.ts";
import { tail } from "./tail.ts";
import { topicsCreate } from "./topics-create.ts";
import { topicsList } from "./topics-list.ts";
import { topology } from "./topology.ts";
import { up } from "./up.ts";

/** Every command there is, in the order help lists them. */
export const commands: readonly AnyCommand[] = [
  up,
  run,
  ingest,
  apply,
  produce,
  tail,
  simulate,
  query,
  topology,
  topicsList,
  topicsCreate,
  schemasList,
  schemasCreate,
  schemasCheck,
  dlqList,
  dlqShow,
  doctor,
];
