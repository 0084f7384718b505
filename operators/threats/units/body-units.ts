import { beginsLikeChat, jsonUnits } from "./json-units.ts";
import { pairUnits } from "./pairs.ts";
import { type Unit, unit } from "./unit.ts";

const mostParts = 64;

/** Units of a body by what it is, which its shape says where the content type does not: JSON, form, multipart, else one text. */
export function bodyUnits(body: string, contentType: string, truncated: boolean): Unit[] {
  const boundary = /\bboundary="?([^";]{1,100})/i.exec(contentType)?.[1];
  if (boundary !== undefined) return multipartUnits(body, boundary);
  if (/^\s*[[{"]/.test(body.slice(0, 1_000))) {
    const units = jsonUnits(body);
    if (units !== undefined) return units;
    if (truncated && beginsLikeChat(body)) return [unit("prompt", "body", body)];
    return [unit("body", "", body)];
  }
  const isForm = contentType === "" ? /^[^\s=&<]{1,100}=[^\s]*$/.test(body.slice(0, 2_000)) : /x-www-form-urlencoded/i.test(contentType);
  return isForm ? [...pairUnits(body, "&", "body", "body name")] : [unit("body", "", body)];
}

/** A part each: its content, and the name and file name it claims. */
function multipartUnits(body: string, boundary: string): Unit[] {
  const units: Unit[] = [];
  for (const part of body.split(`--${boundary}`, mostParts)) {
    const end = part.search(/\r?\n\r?\n/);
    if (end < 0) continue;
    const head = part.slice(0, end);
    const name = /\bname="([^"]{0,200})"/i.exec(head)?.[1] ?? "";
    const file = /\bfilename="([^"]{0,400})"/i.exec(head)?.[1];
    if (file !== undefined) units.push(unit("body", `${name} (file name)`, file));
    units.push(unit("body", name, part.slice(end).trim()));
  }
  return units.length === 0 ? [unit("body", "", body)] : units;
}
