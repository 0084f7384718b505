import { share } from "rxjs";
import { z } from "zod";
import { ok } from "../operators/stream/outcome.ts";
import { pipeline } from "../operators/stream/pipeline.ts";
import { each } from "../operators/stream/stage.ts";
import { seconds } from "../operators/stream/time.ts";
import { merge } from "../operators/stream/topology.ts";
import { adviseResponse } from "../operators/threats/advise-response.ts";
import { findingsOf } from "../operators/threats/findings-of.ts";
import { firstSight } from "../operators/threats/first-sight.ts";
import { inspect } from "../operators/threats/inspection.ts";
import { type IntelInput, intelMatch } from "../operators/threats/intel-match.ts";
import { joinFindings } from "../operators/threats/join-findings.ts";
import { requestScores } from "../operators/threats/request-scores.ts";
import { threatAlert } from "../operators/threats/threat-alert.ts";
import { trustedSources } from "../operators/threats/trusted-sources.ts";
import { topics } from "../schemas/topics/index.ts";

const share01 = z.number().gt(0).lte(1);
const options = z.object({
  httpThreshold: share01.default(0.5).describe("score of a request's worst string from which it is an http.threat"),
  promptThreshold: share01.default(0.5).describe("score of a prompt from which it is a prompt.injection"),
  joinS: z.int().positive().default(60).describe("alerts of one source and category are joined over so long, in seconds of event time"),
  adviseAfter: z.int().positive().default(5).describe("attacks of one source in a window before a response is advised"),
  adviseS: z.int().positive().default(300).describe("length of that window, and how long advice holds, in seconds"),
  trusted: z
    .array(z.string())
    .default([])
    .describe("addresses and ranges (CIDR) that nothing is advised against, comma separated: proxies, health checks"),
  maxRequests: z.int().positive().default(20_000).describe("requests with something to say that a lane remembers, for 15 minutes"),
  maxSources: z.int().positive().default(20_000).describe("sources and categories whose alerts are being joined in one lane"),
  maxIndicators: z
    .int()
    .positive()
    .default(50_000)
    .describe("indicators of threat.intel that a lane holds; expired ones make room for newer ones"),
});

/**
 * Attacks in requests and prompts, by signatures over decoded text, and requests that meet a known indicator.
 *
 * Reads   moe.request (by tenant), threat.intel (a table)      Writes  gatewatch.alert, gatewatch.score, gatewatch.decision
 * Order   per tenant. Late    never: a finding joins the open window.      State  requests seen, alerts being joined, indicators.
 */
export const threats = pipeline(
  "threats",
  {
    summary: "Attacks in requests and prompts: signatures over decoded text, known indicators, advice on sources.",
    latenessS: 10,
    options,
  },
  ({ from, table, to, store }, { httpThreshold, promptThreshold, joinS, adviseAfter, adviseS, trusted, ...limits }) => {
    const requests = from(topics.request).pipe(each("request", "as it is", (event) => ok<IntelInput>({ event })));
    const indicators = table(topics.intel).pipe(each("indicator", "a change of the table", (change) => ok<IntelInput>({ change })));

    const inspected = merge(requests, indicators).pipe(
      intelMatch("known-bad", { maxIndicators: limits.maxIndicators, store }),
      each("inspect", "decodes in passes, matches signatures, scores", inspect),
      firstSight("first-sight", { maxKeys: limits.maxRequests, store }),
      share(),
    );
    const findings = inspected.pipe(
      each("findings", "one a request and kind: scores over their threshold, indicators met", (inspection) =>
        findingsOf(inspection, { "http.threat": httpThreshold, "prompt.injection": promptThreshold }),
      ),
      share(),
    );

    const alerts = findings.pipe(
      joinFindings("join", { window: seconds(joinS), maxKeys: limits.maxSources, store }),
      each("as-alert", "puts findings into words", threatAlert),
    );
    const scores = inspected.pipe(each("as-score", "scores above 0.1, and one in a hundred others", requestScores));
    const advice = findings.pipe(
      adviseResponse("advise", {
        after: adviseAfter,
        window: seconds(adviseS),
        trusted: trustedSources(trusted),
        maxKeys: limits.maxSources,
        store,
      }),
    );

    return [to(topics.alert, alerts), to(topics.score, scores), to(topics.decision, advice)];
  },
);
