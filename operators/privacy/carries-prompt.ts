import { decodePercent } from "../threats/decoding/percent.ts";

/**
 * Fields in which interfaces of models carry what a person wrote, without case and marks. OpenAI: messages, prompt, input,
 * instructions, suffix. Anthropic: system. Gemini: contents, systemInstruction. SGLang: text, input_ids. vLLM: prompt_token_ids.
 * TGI: inputs. Triton: text_input. Bedrock: inputText. Cohere: message, chat_history, preamble, query, documents, texts.
 * llama.cpp: content, input_prefix, input_suffix. Vertex: instances. Token ids are the text in another alphabet.
 */
const written = new Set([
  ...["messages", "message", "prompt", "prompts", "input", "inputs", "inputtext", "textinput", "text", "texts", "instructions", "suffix"],
  ...["system", "systemprompt", "systeminstruction", "systemmessage", "preamble", "contents", "content", "parts", "instances"],
  ...["inputids", "prompttokenids", "tokenids", "inputprefix", "inputsuffix", "query", "queries", "question", "documents"],
  ...["chathistory", "history", "conversation", "inputmessages"],
]);

/** Whether a field or parameter of that name carries what a person wrote to a model. */
export const isPromptName = (name: string): boolean => written.has(name.toLowerCase().replaceAll(/[^a-z]/g, ""));

/** The names that JSON at any depth, forms and multipart bodies give to what they hold. */
const names = [/"([^"\\]{1,40})"\s{0,40}:/g, /(?:^|[&?;\s])([^=&?;\s]{1,60})=/g, /\bname="?([^";\r\n]{1,60})/g];
const escaped = /\\u00([2-7][0-9a-f])/gi;

/**
 * Whether a body may hold a prompt: one of its fields is called like one. A body need not be whole or well formed, may be a list
 * of requests or a line each; what is neither JSON nor a form is not known. Rather says yes to what is none than no to what is one.
 */
export function carriesPrompt(body: string): boolean {
  const plain = decodePercent(body).replaceAll(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return names.some((pattern) => plain.matchAll(pattern).some(([, name = ""]) => isPromptName(name)));
}
