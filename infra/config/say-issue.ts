import type { z } from "zod";

/** What is wrong with a value, in a person's words; never the value itself, which may be a secret. */
export function sayIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return wanted(issue.expected, issue.input === undefined && !/received (?!undefined)/.test(issue.message));
    case "invalid_value":
      return `${issue.values.map(String).join(" or ")} is wanted`;
    case "too_small":
      return `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}${counted(issue.origin)} is wanted`;
    case "too_big":
      return `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}${counted(issue.origin)} is wanted`;
    case "invalid_format":
      return issue.format === "url" ? "an address such as http://host:port is wanted" : issue.message;
    default:
      return issue.message;
  }
}

/** zod's names of types, in a person's words. */
const names: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a section with keys",
};

const wanted = (expected: string, missing: boolean): string =>
  `${names[expected] ?? expected} is wanted${missing ? ", and is missing" : ""}`;

const counted = (origin: string): string => (origin === "array" ? " entries" : origin === "string" ? " characters" : "");
