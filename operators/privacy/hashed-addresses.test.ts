import { describe, expect, it } from "vitest";
import { canonicalAddress, hashAddresses } from "./hashed-addresses.ts";

const marked = (text: string) => hashAddresses(text, (address) => `#${address}#`);

describe("addresses in a text", () => {
  it.for([
    ["198.51.100.7", "#198.51.100.7#"],
    ["198.51.100.7:4711", "#198.51.100.7#"],
    ["[2001:DB8::1]:443", "#2001:db8::1#"],
    ["2001:0db8:0:0:0:0:0:1", "#2001:db8::1#"],
    ["::ffff:198.51.100.7", "#198.51.100.7#"],
    ["fe80::1%eth0", "#fe80::1#"],
    ["198.51.100.7, 10.0.0.1,2001:DB8::1", "#198.51.100.7#, #10.0.0.1#,#2001:db8::1#"],
    ['for=198.51.100.7;proto=https;by="[2001:db8::1]:443"', 'for=#198.51.100.7#;proto=https;by="[#2001:db8::1#]:443"'],
    ["unknown, 198.51.100.7", "unknown, #198.51.100.7#"],
    ["Mozilla/5.0 Chrome/120.0.0.0 (bot; 198.51.100.7)", "Mozilla/5.0 Chrome/120.0.0.0 (bot; #198.51.100.7#)"],
    ["+http://198.51.100.7/", "+http://#198.51.100.7#/"],
    ["", ""],
    ["no address", "no address"],
  ] as const)("%s become %s", ([text, hashed]) => expect(marked(text)).toBe(hashed));

  it("are written in one way", () => {
    expect(canonicalAddress(" 192.0.2.1 ")).toBe("192.0.2.1");
    expect(canonicalAddress("2001:DB8:0:0:1:0:0:1")).toBe("2001:db8::1:0:0:1");
    expect(canonicalAddress("::")).toBe("::");
    for (const text of ["", "1.2.3", "host", "1.2.3.4, 5.6.7.8", "12:30:00"]) expect(canonicalAddress(text)).toBeUndefined();
  });
});
