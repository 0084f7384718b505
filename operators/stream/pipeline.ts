import { z } from "zod";
import { defaultGroup } from "../../schemas/topics/group.ts";
import { type Assembled, assemble } from "./assemble.ts";
import type { Context, Sink } from "./context.ts";
import { type GraphOptions, LaneGraph } from "./lane-graph.ts";

/** What a pipeline says of itself beside its drawing. */
export interface PipelineSpec<O extends z.ZodRawShape> {
  readonly summary: string;
  /** How late a record may be in event time, in seconds, before its window has closed. */
  readonly latenessS: number;
  /** Every key with a default and a description: the reference page and the configuration come from them. */
  readonly options: z.ZodObject<O>;
}

/** Options every pipeline has beside its own. */
const timeOptions = (latenessS: number) => ({
  latenessS: z.number().min(0).default(latenessS).describe("how late a record may be, in seconds of event time"),
});
type TimeOptions = ReturnType<typeof timeOptions>;
/** Its own options and those every pipeline has, as `build` gets them: complete, defaults filled in. */
export type PipelineOptions<O extends z.ZodRawShape> = z.infer<z.ZodObject<O & TimeOptions>>;

/** A pipeline as a value: nothing runs until a lane opens it. */
export interface Pipeline {
  readonly name: string;
  readonly summary: string;
  /** Strict; every key has a default and a description. */
  readonly options: z.ZodObject;
  /** Its parts, inputs, stages and outputs, with these options (defaults where none are given). */
  shape(options?: Readonly<Record<string, unknown>>): Assembled;
  /** One lane's own instance of one part. */
  open(part: string, options: GraphOptions): LaneGraph;
}

/**
 * Declares a pipeline. `build` is a drawing: names and wiring only, and the same observables for the same options.
 *
 *     export const loads = pipeline("load", { summary, latenessS: 5, options }, ({ from, to, store }) => [to(topics.load, ...)]);
 */
export function pipeline<O extends z.ZodRawShape>(
  name: string,
  { summary, latenessS, options }: PipelineSpec<O>,
  build: (context: Context, options: PipelineOptions<O>) => readonly Sink[],
): Pipeline {
  const schema = (options as z.ZodObject).safeExtend(timeOptions(latenessS)).strict();
  // What `parse` gives back is what PipelineOptions says; zod cannot follow the generic extension.
  const parsed = (given: Readonly<Record<string, unknown>> = {}) => schema.parse(given) as unknown as PipelineOptions<O>;
  const draw = (given?: Readonly<Record<string, unknown>>, group = defaultGroup) =>
    assemble(name, (context) => build(context, parsed(given)), group);
  return {
    name,
    summary,
    options: schema as unknown as z.ZodObject,
    shape: (given) => draw(given),
    open(part, how) {
      const { latenessS: late } = parsed(how.options) as { latenessS: number };
      return new LaneGraph(draw(how.options, how.group), part, { ...how, latenessS: late });
    },
  };
}
