import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressNumber, addressRange, prefixOf } from "./ip-address.ts";

describe("addresses", () => {
  it("of version 4 are those of version 6 they are mapped to", () => {
    expect(addressNumber("192.0.2.1")).toBe(addressNumber("::ffff:192.0.2.1"));
    expect(addressNumber("192.0.2.1")).toBe(0xffff_c000_0201n);
  });

  it("of version 6 are read in any of their forms", () => {
    const one = addressNumber("2001:db8::1");
    expect(one).toBe(0x2001_0db8_0000_0000_0000_0000_0000_0001n);
    for (const form of ["2001:0DB8:0:0:0:0:0:1", "[2001:db8::1]", "2001:db8::1%eth0", " 2001:db8:0::1 "])
      expect(addressNumber(form)).toBe(one);
    expect(addressNumber("::")).toBe(0n);
    expect(addressNumber("::1")).toBe(1n);
  });

  it("are the same number whatever octets they have", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, octet, (...octets) => {
        const expected = octets.reduce((sum, one) => sum * 256n + BigInt(one), 0n) + 0xffff_0000_0000n;
        expect(addressNumber(octets.join("."))).toBe(expected);
      }),
    );
  });

  it.for(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "example.com", "::g", "1".repeat(1_000_000), "10.0.0.0/8"])("are not: %.30s", (text) => {
    expect(addressNumber(text)).toBeUndefined();
  });
});

it("is an address exactly where the machine's own reader says so", () => {
  const piece = fc.constantFrom("0", "1", "ff", "ffff", "fffff", "255", "256", "01", ":", "::", ".", "1.2.3.4", "g", "");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
      ),
      (text) => {
        expect(addressNumber(text) !== undefined).toBe(isIP(text) !== 0);
      },
    ),
    { numRuns: 2_000 },
  );
});

describe("ranges", () => {
  const within = (range: string, address: string) => {
    const { bits, prefix } = addressRange(range) ?? { bits: 0, prefix: -1n };
    return prefixOf(addressNumber(address) ?? -1n, bits) === prefix;
  };

  it("hold what begins like them, and nothing else", () => {
    expect(within("10.0.0.0/8", "10.255.0.1")).toBe(true);
    expect(within("10.0.0.0/8", "11.0.0.1")).toBe(false);
    expect(within("10.1.2.3/8", "10.9.9.9")).toBe(true);
    expect(within("2001:db8::/32", "2001:db8:ffff::1")).toBe(true);
    expect(within("0.0.0.0/0", "192.0.2.1")).toBe(true);
    expect(within("0.0.0.0/0", "2001:db8::1")).toBe(false);
    expect(within("192.0.2.1", "192.0.2.1")).toBe(true);
  });

  it.for(["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "10/8", "a/8", "10.0.0.0/"])("are not: %s", (text) => {
    expect(addressRange(text)).toBeUndefined();
  });
});
