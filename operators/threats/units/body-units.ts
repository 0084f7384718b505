import { BoundedUnits } from "./bounded-units.ts";
import { beginsLikeChat, jsonUnits } from "./json-units.ts";
import { addPairs } from "./pairs.ts";
import { type Unit, unit } from "./unit.ts";

/** Units of a body by what it is, which its shape says where the content type does not: JSON, form, multipart, else one text. */
export function bodyUnits(body: string, contentType: string, truncated: boolean): readonly Unit[] {
  const boundary = /\bboundary="?([^";]{1,100})/i.exec(contentType)?.[1];
  if (boundary !== undefined) return multipartUnits(body, boundary);
  if (/^\s*[[{"]/.test(body.slice(0, 1_000))) {
    const units = jsonUnits(body);
    if (units !== undefined) return units;
    if (truncated && beginsLikeChat(body)) return [unit("prompt", "body", body)];
    return [unit("body", "", body)];
  }
  if (!isForm(body, contentType)) return [unit("body", "", body)];
  const units = new BoundedUnits();
  addPairs(units, body, "&", "body", "body name");
  return units.all();
}

/** Whether a body is pairs of names and values, by its type, and where it has none by its shape. */
export const isForm = (body: string, contentType: string): boolean =>
  contentType === "" ? /^[^\s=&<]{1,100}=[^\s]*$/.test(body.slice(0, 2_000)) : /x-www-form-urlencoded/i.test(contentType);

/** A part each: its content, and the name and file name it claims. What is no part is looked at as it is. */
function multipartUnits(body: string, boundary: string): readonly Unit[] {
  const units = new BoundedUnits();
  for (const [i, part] of body.split(`--${boundary}`).entries()) {
    const end = i === 0 ? -1 : part.search(/\r?\n\r?\n/);
    if (end < 0) {
      if (!/^(?:--)?\s*$/.test(part)) units.add("body", "", part);
      continue;
    }
    const head = part.slice(0, end);
    const name = /\bname="([^"]{0,200})"/i.exec(head)?.[1] ?? "";
    const file = /\bfilename="([^"]{0,400})"/i.exec(head)?.[1];
    if (file !== undefined) units.add("body", `${name} (file name)`, file);
    units.add("body", name, part.slice(end).trim());
  }
  return units.all();
}
