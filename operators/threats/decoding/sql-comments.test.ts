import fc from "fast-check";
import { expect, it } from "vitest";
import { foldSqlComments } from "./sql-comments.ts";

it.for([
  ["a/**/b", "a b"],
  ["a/*x*/b/*y*/c", "a b c"],
  ["/*!50000 union*/", "  union "],
  ["/*!union*/", " union "],
  ["1 /* open", "1 /* open"],
  ["a*/b", "a*/b"],
  ["/*a/*b*/c", " c"],
] as const)("%s is %j", ([text, folded]) => expect(foldSqlComments(text)).toBe(folded));

it("leaves no closed comment behind", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("/*", "*/", "a", "!", " "), { maxLength: 30 }), (parts) => {
      const folded = foldSqlComments(parts.join(""));
      const open = folded.indexOf("/*");
      if (open >= 0) expect(folded.indexOf("*/", open + 2)).toBe(-1);
    }),
  );
});
