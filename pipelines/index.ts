import type { Pipeline } from "../operators/stream/pipeline.ts";
import { audit } from "./audit.ts";
import { load } from "./load.ts";
import { metrics } from "./metrics.ts";
import { routerWindows } from "./router-windows.ts";
import { scaling } from "./scaling.ts";
import { threats } from "./threats.ts";

/** Every pipeline there is; commands, the worker, the documentation and the conformance tests read this list. */
export const pipelines: readonly Pipeline[] = [routerWindows, metrics, threats, load, scaling, audit];
