import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskPersonalData } from "./mask.ts";
import { namedSecrets } from "./named-secrets.ts";

const masked: readonly (readonly [text: string, masked: string])[] = [
  ['{"accessToken":"a b c","n":1}', '{"accessToken":"[secret]","n":1}'],
  ['{"user":{"password":"say \\"no\\" twice"}}', '{"user":{"password":"[secret]"}}'],
  ['{ "pin" : 1234, "max_tokens": 100 }', '{ "pin" : [secret], "max_tokens": 100 }'],
  ['{"code":"123456","key":"name","token":null}', '{"code":"[secret]","key":"name","token":null}'],
  ['{"body":"{\\"apiKey\\":\\"abc\\"}"}', '{"body":"{\\"apiKey\\":\\"[secret]\\"}"}'],
  ['{"clientSecret":"cut off in the mid', '{"clientSecret":"[secret]'],
  ["grant_type=x&code=abc&client_secret=def", "grant_type=x&code=[secret]&client_secret=[secret]"],
  ["user%5Bpassword%5D=hunter2&x=1", "user%5Bpassword%5D=[secret]&x=1"],
  ["<Login><userPassword>hunter2</userPassword></Login>", "<Login><userPassword>[secret]</userPassword></Login>"],
  ['name="password"\r\n\r\nhunter2 and 3\r\n--B', 'name="password"\r\n\r\n[secret]\r\n--B'],
  ["X-Api-Key: abc123\nAuthorization: token abcdef", "X-Api-Key: [secret]\nAuthorization: token [secret]"],
  ["export DB_PASSWORD='hunter two'", "export DB_PASSWORD='[secret]'"],
  ['secret => "my long secret"', 'secret => "[secret]"'],
  ["see https://example.com/cb?code=abc&x=1.", "see https://example.com/cb?code=[secret]&x=1."],
  ['password="my sk-0123456789abcdefXYZ is long"', 'password="[secret]"'],
];

describe("values whose name says that they are secrets", () => {
  it.for(masked)("%j", ([text, expected]) => expect(maskPersonalData(text)).toBe(expected));

  it.for([
    "Code: 200, key: value",
    "token: please use it",
    "const token = getToken(request);",
    "the author = me, page:2",
    '{"key":"color","code":200}',
    "password=' or '1'='1",
    '{"password":"admin\'--","u":"x"}',
    "x?password=1%27%20or%20%271%27=%271",
  ])("are none in %j", (text) => expect(maskPersonalData(text)).toBe(text));

  it("are masked unread after sixty-four: an attack cannot cost more", () => {
    const attack = "&password=1'or'1'='1";
    const shown = maskPersonalData(`a=1${attack.repeat(100)}`);
    expect(shown.match(/\[secret\]/g)).toHaveLength(36);
  });

  it("lie within any text", () => {
    const piece = fc.constantFrom("token", "=", ":", '"', "'", "\\", "&", "%3d", "<pin>", "</pin>", " ", "a1", 'name="pin"', "\r\n", "é");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        for (const { start, end } of namedSecrets(text)) expect(0 <= start && start < end && end <= text.length).toBe(true);
      }),
    );
  });

  it.for(["pin=a'b ", "token=", 'token="', '"key":"1abc",', "=", "<pin>1", 'name="pin"\r\n\r\n', "%3d", "key%3d", "password:'", '\\"'])(
    "in a megabyte of %j are looked for within five seconds",
    (piece) => {
      const began = performance.now();
      namedSecrets(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - began).toBeLessThan(5_000);
    },
  );
});
