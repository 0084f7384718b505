import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carriesPrompt } from "./carries-prompt.ts";

const said = "my secret plan";
const bodies: readonly (readonly [of: string, body: unknown])[] = [
  ["OpenAI's chat", { model: "m", messages: [{ role: "user", content: said }] }],
  ["OpenAI's completion", { model: "m", prompt: said }],
  ["OpenAI's response", { model: "m", input: said }],
  ["vLLM without a model", { prompt: said, max_tokens: 5 }],
  ["vLLM in tokens", { prompt_token_ids: [1, 2, 3] }],
  ["SGLang", { text: said, sampling_params: {} }],
  ["SGLang in tokens", { input_ids: [1, 2, 3] }],
  ["TGI", { inputs: said, parameters: {} }],
  ["Triton", { text_input: said }],
  ["Anthropic", { system: said }],
  ["Gemini", { systemInstruction: { parts: [{ text: said }] } }],
  ["Bedrock", { inputText: said }],
  ["Cohere", { message: said, chat_history: [] }],
  ["a ranking", { query: said, documents: [said] }],
  ["a list of requests", [{ prompt: said }, { prompt: said }]],
  ["a list of texts", { texts: [said] }],
  ["a request in an envelope", { custom_id: "1", body: { messages: [{ role: "user", content: said }] } }],
];

describe("a body that carries a prompt", () => {
  it.for(bodies)("of %s is known, whole and cut anywhere after it began", ([, body]) => {
    const text = JSON.stringify(body);
    expect(carriesPrompt(text)).toBe(true);
    const begins = Math.max(text.indexOf(said), text.indexOf("1,2"));
    for (let end = begins + 1; end < text.length; end += 1) if (begins > 0) expect(carriesPrompt(text.slice(0, end))).toBe(true);
  });

  it.for([
    ["behind a long list of tools", `{"model":"m","tools":["${"x".repeat(9_000)}"],"messages":[{"content":"hel`],
    ["with its name escaped", '{"pr\\u006fmpt":"hello"}'],
    ["a line each", '{"custom_id":"1"}\n{"prompt":"hello"}\n'],
    ["as a form", "max_tokens=5&prompt=hello+you"],
    ["as a form with its name escaped", "pr%6Fmpt=hello"],
    ["in parts", '--B\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhello\r\n--B--'],
    ["in a file in parts", '--B\r\nContent-Disposition: form-data; name="file"\r\n\r\n{"messages":[]}\r\n--B--'],
  ] as const)("is known %s", ([, body]) => expect(carriesPrompt(body)).toBe(true));

  it.for(["", "a=1&b=2", '{"user":"ann","items":[1,2]}', "<order><item/></order>", '{"max_tokens":5}', '["prompt"]'])("is not %s", (body) =>
    expect(carriesPrompt(body)).toBe(false),
  );

  it("is looked for in whatever comes, in time in proportion", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (body) => typeof carriesPrompt(body) === "boolean"));
    for (const piece of ['"', '"a', '"a":', "a=", "=", "%", "\\u0061", " name=", '"a"   ']) {
      const began = performance.now();
      carriesPrompt(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - began).toBeLessThan(5_000);
    }
  });
});
