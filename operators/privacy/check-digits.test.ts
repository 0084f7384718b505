import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCardNumber, isIban } from "./check-digits.ts";

/** Numbers that card schemes publish for testing. */
it.for(["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6304000000000000"])("%s is a card number", (text) => {
  expect(isCardNumber(text)).toBe(true);
});

it.for(["4111 1111 1111 1112", "0000000000000000", "4111", "4".repeat(30), ""])("%s is not", (text) =>
  expect(isCardNumber(text)).toBe(false),
);

/** Examples of the registry of ISO 13616. */
it.for(["GB29 NWBK 6016 1331 9268 19", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947"])(
  "%s is an IBAN",
  (text) => {
    expect(isIban(text)).toBe(true);
  },
);

it.for(["GB29 NWBK 6016 1331 9268 18", "XX00", "", "GB2A NWBK 6016 1331 9268 19"])("%s is not one", (text) =>
  expect(isIban(text)).toBe(false),
);

describe("a single wrong digit", () => {
  it("is always noticed", () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const card = "4111111111111111";
        const wrong = card.slice(0, at) + ((Number(card[at]) + by) % 10) + card.slice(at + 1);
        expect(isCardNumber(wrong)).toBe(false);
      }),
    );
  });
});
