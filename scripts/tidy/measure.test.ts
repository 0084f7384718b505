import { describe, expect, it } from "vitest";
import { measure } from "./measure.ts";

const measured = (text: string) => measure({ path: "x.ts", text });

describe("measure", () => {
  it("counts lines with and without a last line feed", () => {
    expect(measured("const a = 1;\nconst b = 2;\n").lines).toBe(2);
    expect(measured("const a = 1;\nconst b = 2;").lines).toBe(2);
  });

  it("counts a comment line only where it stands alone and really is one", () => {
    const text = [
      "/**",
      " * Doc.",
      " */",
      "const a = 1; // beside code",
      "// alone",
      'const url = "http://x"; const pattern = /\\/\\/ no/;',
      "const t = `",
      "// text`;",
    ];
    expect(measured(text.join("\n"))).toMatchObject({ commentLines: 4, docLines: 3 });
  });

  it("finds a comment at the end of a file and inside a function", () => {
    expect(measured("function f() {\n  // one\n}\n// two\n").commentLines).toBe(2);
  });

  it("names functions and measures them without their comment", () => {
    const text = "/** Doc. */\nexport function first() {\n  return 1;\n}\nconst second = () =>\n  2;\nclass C {\n  #third() {\n  }\n}\n";
    expect(measured(text).functions).toEqual([
      { name: "first", line: 2, lines: 3 },
      { name: "second", line: 5, lines: 2 },
      { name: "#third", line: 8, lines: 2 },
    ]);
  });

  it("leaves out what only groups tests, not the tests", () => {
    const text = 'describe("a", () => {\n  it("b", () => {\n  });\n});\n';
    expect(measured(text).functions).toEqual([{ name: "the function given to it", line: 2, lines: 2 }]);
  });

  it("leaves out a contract, which describes tests for whoever calls it", () => {
    expect(measured('function contract(open: Open) {\n  describe("a", () => {\n  });\n}\n').functions).toEqual([]);
  });

  it("counts the type, not the word", () => {
    expect(measured('const any = "any"; // any\nfunction f(x: any): any[] { return x as any; }').anys).toBe(3);
  });
});
