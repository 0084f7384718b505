import type { z } from "zod";

const mostIssues = 5;
const mostChars = 500;

/** What is wrong with a value, and where, in a line or two: a body may have as many faults as it has bytes. */
export function shapeIssues({ issues }: z.ZodError): string {
  const said = issues.slice(0, mostIssues).map(({ path, message }) => `${path.join(".")}: ${message}`);
  const more = issues.length > mostIssues ? `; and ${issues.length - mostIssues} more` : "";
  return `${said.join("; ").slice(0, mostChars)}${more}`;
}
