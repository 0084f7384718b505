import { expect, it } from "vitest";
import { decodeEntities } from "./entities.ts";

it.for([
  ["&lt;b&gt;", "<b>"],
  ["&LT;", "<"],
  ["&#60;&#x3C;&#0000060;", "<<<"],
  ["&colon;&lpar;&newline;", ":(\n"],
  ["a&b;c", "a&b;c"],
  ["&lthing;", "&lthing;"],
  ["&#1114112;", "&#1114112;"],
  ["&amp;lt;", "&lt;"],
] as const)("%s is %j", ([text, plain]) => expect(decodeEntities(text)).toBe(plain));
