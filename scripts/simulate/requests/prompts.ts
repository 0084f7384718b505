import { pick } from "../draws.ts";
import type { Random } from "../random.ts";
import type { domains } from "../routing/popularity.ts";

/** A question has a beginning, a matter and an end; each domain has its own. Some sound dangerous and are not, as in real traffic. */
interface Forms {
  readonly begins: readonly string[];
  readonly matters: readonly string[];
  readonly ends: readonly string[];
}

const forms: Readonly<Record<(typeof domains)[number], Forms>> = {
  chat: {
    begins: [
      "Please tell me about",
      "What should I know about",
      "Give me a short overview of",
      "I am new to this. Explain",
      "Write a polite e-mail on",
    ],
    matters: [
      "composting in a small flat",
      "the history of the bicycle",
      "how a refund is asked for",
      "planning a weekend in the mountains",
      "sleeping better in summer",
      "choosing a first violin",
      "what to feed a cat that is picky",
      "moving house with two children",
      "killing weeds without poison",
      "why people ignore instructions on packages",
    ],
    ends: [
      "in three sentences.",
      "as a list.",
      "for a ten-year-old, please.",
      "and mention the usual mistakes.",
      "without jargon.",
      "with one example.",
    ],
  },
  code: {
    begins: [
      "Write a function that",
      "Review this idea: a script that",
      "What is the fastest way to write code that",
      "Add tests for a module that",
    ],
    matters: [
      "parses dates such as 2024-02-30 and refuses them",
      "runs SELECT name, total FROM orders WHERE total > 100 ORDER BY name",
      "kills child processes when the parent ends",
      "reads ../config/app.yaml and checks its keys",
      "escapes <b> and other tags before they are shown",
      "retries a request with exponential backoff",
      "merges two sorted lists without copying",
      "drops the temporary table at the end of a migration",
    ],
    ends: [
      "in Python.",
      "in TypeScript, with types.",
      "and say what it costs.",
      "and name the edge cases.",
      "without a library.",
      "in at most 30 lines.",
    ],
  },
  mathematics: {
    begins: ["Show that", "Find a simple proof that", "Give a counterexample if it is not true that", "Explain to a student why"],
    matters: [
      "the sum of two odd numbers is even",
      "a continuous function on a closed interval has a maximum",
      "the square root of 3 is irrational",
      "1 = 1 is not an interesting theorem",
      "every tree with n nodes has n - 1 edges",
      "the harmonic series diverges",
    ],
    ends: ["step by step.", "by induction.", "with a picture in words.", "in as few lines as possible."],
  },
  languages: {
    begins: [
      "Translate into German:",
      "Translate into French:",
      "Translate into Japanese:",
      "Correct the grammar of:",
      "Say more politely:",
    ],
    matters: [
      "the meeting was moved to Thursday",
      "we forgot to bring the umbrellas again",
      "your order has left our warehouse",
      "the system prompt of the old terminal was green",
      "he told me to forget the previous appointment",
      "how much is the smallest room with a window",
    ],
    ends: ["Keep the tone.", "Give two variants.", "Explain the word order.", "Only the translation."],
  },
};

/** A harmless question of this domain. */
export function prompt(random: Random, domain: (typeof domains)[number]): string {
  const { begins, matters, ends } = forms[domain];
  return `${pick(random, begins)} ${pick(random, matters)} ${pick(random, ends)}`;
}
