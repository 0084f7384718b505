import type { Signature } from "./signature.ts";
import { family } from "./signature.ts";

const prompt = ["prompt"] as const;
const earlier = "(?:previous|prior|above|earlier|preceding|foregoing|initial|original|existing|all|any|your|the|these|those|system|every)";
const orders =
  "(?:instructions?|directions?|directives?|prompts?|rules?|guidelines?|commands?|orders?|context|constraints?|policies|restrictions|programming|training|messages?|conversation|assignments?|tasks?|told)";
const limits =
  "(?:rules?|restrictions?|limits?|limitations?|filters?|filtering|guidelines?|polic(?:y|ies)|censorship|ethics|ethical|morals?|safety|guardrails?)";

/**
 * Words of prompt injection and jailbreaks. A plain list that knows wordings and not intent: a text about injection reads like one,
 * and one that asks in other words is missed. To be the floor under a learned model.
 */
export const promptSignatures: readonly Signature[] = [
  ...family("prompt-override", "injection", [
    [
      "ignore",
      "certain",
      new RegExp(
        `\\b(?:ignore|disregard|forget|override|bypass|neglect|skip|discard|dismiss|overlook)\\b(?:\\s\\w{1,15}){0,3}\\s${earlier}\\b(?:\\s\\w{1,15}){0,3}\\s${orders}\\b`,
      ),
      prompt,
    ],
    [
      "forget-all",
      "strong",
      /\b(?:forget|ignore|disregard)\s(?:everything|anything|all)\b(?:\s\w{1,12}){0,4}\s(?:said|before|above|told|learned|know|instructed|written)\b|\b(?:forget|ignore)\s(?:everything|all)\b(?=[\s,.:;!]|$)/,
      prompt,
    ],
    [
      "new-task",
      "fair",
      /\b(?:new|real|actual|updated?|revised|next)\s(?:instructions?|task|directive|system\sprompt|objective|orders?)\s?(?::|is\b|are\b|follow)|\binstead,?\s(?:of\s(?:that|this)\s)?(?:you\s(?:will|must|should)|do|say|print|output|write|respond|tell)\b/,
      prompt,
    ],
    [
      "say-exactly",
      "weak",
      /\b(?:just|only|simply|always|must)\s(?:say|reply|respond|answer|output|print|write|return)\b(?:\s\w{1,12}){0,3}\s?["'“:]|\bsay\s(?:exactly|the\swords?|only)\b/,
      prompt,
    ],
    [
      "other-languages",
      "strong",
      /\bignorier\w{0,3}\b(?:\s\S{1,15}){0,4}\s(?:anweisungen|befehle|aufgaben|instruktionen|vorherig\w{0,2})|\bvergiss\b(?:\s\S{1,12}){0,3}\s(?:alles|anweisungen|aufgaben|davor|vorher\w{0,4}|bisherig\w{0,2})|\bignor(?:a|ez)\b(?:\s\S{1,15}){0,4}\s(?:instrucciones|instructions|instrucoes|précédentes|anteriores)|\bignore\s(?:toutes?|les|tes|vos|ces|todas|tus)\b(?:\s\S{1,15}){0,3}\s(?:instrucciones|instructions|instrucoes|précédentes|anteriores)|\boubliez?\b(?:\s\S{1,12}){0,3}\s(?:instructions|tout)|\bolvida\b(?:\s\S{1,12}){0,3}\s(?:instrucciones|todo|anterior\w{0,2})|忽略.{0,8}(?:指令|指示|说明)|игнориру.{0,30}инструкц/,
      prompt,
    ],
  ]),
  ...family("prompt-extraction", "data exfiltration", [
    [
      "system-prompt",
      "strong",
      /\b(?:reveal|show|print|repeat|output|display|tell\sme|give\sme|what\s(?:is|was|are|were)|write|copy|return|leak|expose|share|list|recite|summari[sz]e|translate|spell)\b(?:\s[\w'’]{1,15}){0,6}\s(?:system\s(?:prompt|message|instructions?)|(?:your|the|my|initial|original|hidden|secret|previous|above)\s(?:\w{1,12}\s)?(?:prompt|instructions?|rules|directives|guidelines))\b/,
      prompt,
    ],
    [
      "above",
      "fair",
      /\b(?:repeat|print|output|write|copy|spell|return|echo|paste|quote|recite)\b(?:\s[\w'’]{1,15}){0,5}\s(?:above|before\s(?:this|that)|verbatim|word\sfor\sword|everything|previous\s(?:text|line|sentence|paragraph)|first\s(?:\d{1,4}|\w{1,8})\s(?:words|characters|lines|sentences))\b/,
      prompt,
    ],
    [
      "secret",
      "fair",
      /\b(?:reveal|show|tell\sme|give\sme|print|say|what(?:'s|\sis)|leak|output|spell|hint)\b(?:\s[\w'’]{1,15}){0,5}\s(?:password|passphrase|access\scode|secret\s(?:key|code|word|phrase)|api\skeys?|credentials|security\scode|pass\scode|passcode)\b/,
      prompt,
    ],
    [
      "send-out",
      "strong",
      /!\[[^\]]{0,60}\]\(https?:\/\/[^)]{0,200}[?&][^)=]{1,30}=|\b(?:send|post|forward|exfiltrate|upload)\b(?:\s\w{1,12}){0,6}\s(?:to|at)\s(?:https?:\/\/|\S{1,40}@\S)/,
      prompt,
    ],
  ]),
  ...family("prompt-jailbreak", "privilege escalation", [
    [
      "persona",
      "certain",
      /\bdo\sanything\snow\b|\b(?:jailbr(?:eak|oken)\w{0,4}|developer\smode|dev\smode|god\smode|sudo\smode|dan\smode|unfiltered\smode|opposite\smode|evil\smode|chaosgpt|evil-?bot)\b|\b(?:as|act\sas|you\sare|be|are)\s(?:now\s)?(?:dan|stan|dude|aim|jailbreak|mongo\stom|betterdan|ucar|kevin|maximum)\b/,
      prompt,
    ],
    [
      "no-limits",
      "strong",
      new RegExp(
        `\\b(?:without|no|free\\s(?:from|of)|not\\sbound\\sby|ignor\\w{1,4}|bypass\\w{0,4}|does\\snot\\shave|do\\snot\\shave|freed\\sfrom|devoid\\sof|unbound\\w{0,2}\\sby|break\\w{0,3})\\s(?:\\w{1,15}\\s){0,4}${limits}\\b`,
      ),
      prompt,
    ],
    [
      "unfiltered",
      "fair",
      /\b(?:uncensored|unfiltered|unrestricted|amoral|unethical|immoral|no\smoral\w{0,3})\b(?:\s\w{1,12}){0,5}\s(?:ai|bot|assistant|model|chatbot|character|response|answer|version|persona)\b|\bnever\s(?:refuse|say\sno|decline|warn)\b|\b(?:can(?:not|'t)|won't|don't|must\snot)\s(?:refuse|decline)\b/,
      prompt,
    ],
    [
      "role-play",
      "weak",
      /\b(?:pretend|imagine|roleplay|role-play|act\sas|simulate|you\sare\snow|from\snow\son|stay\sin\scharacter)\b/,
      prompt,
    ],
    [
      "refusal",
      "weak",
      /\b(?:as\san\sai|i(?:'m|\sam)\ssorry|openai|content\spolicy|language\smodel)\b(?=.{0,200}\b(?:never|not|without|refuse|polic|filter|sorry)\b)/,
      prompt,
    ],
    [
      "two-answers",
      "strong",
      /\[(?:gpt|chatgpt|classic|🔒classic|jailbreak|🔓jailbreak|dan|normal)\]|\((?:🔒|🔓)|\btwo\s(?:responses|answers|ways)\b(?=.{0,200}\b(?:gpt|normal|dan|unfiltered|jailbreak)\b)|\btokens?\b(?:\s\w{1,12}){0,6}\s(?:die|deducted|lose)\b/,
      prompt,
    ],
  ]),
  ...family("prompt-structure", "injection", [
    [
      "chat-template",
      "certain",
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|assistant)>|\n#{2,}\s?(?:system|instruction|assistant)\s?:?|\n(?:human|assistant|system)\s?:\s/,
      prompt,
    ],
    [
      "rule-line",
      "weak",
      /[-=_*#~]{12}|\bend\sof\s(?:prompt|input|text|document|instructions?|context|message|email|transcript)\b|\b(?:begin|start)\sof\s(?:new\s)?(?:prompt|instructions?|conversation)\b/,
      prompt,
    ],
    [
      "authority",
      "fair",
      /\b(?:i\sam|i'm|this\sis)\s(?:your|the|an?)\s(?:developer|creator|administrator|admin|owner|engineer|openai|supervisor)\b|\b(?:admin|debug|maintenance|test|root)\s(?:mode|override|access|privileges?)\b|\bsystem\soverride\b/,
      prompt,
    ],
    [
      "encoded-order",
      "fair",
      /\b(?:decode|rot13|base64|reverse|caesar|morse|hexadecimal|leetspeak|pig\slatin)\b(?=.{0,120}\b(?:follow|execute|instructions?|answer|respond|do\swhat|obey)\b)/,
      prompt,
    ],
  ]),
];
