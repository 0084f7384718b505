/** Small makers of elements. Whatever topics carry goes in as text, never as markup. */

/** @param {string} name @param {{ text?: string, className?: string, title?: string }} [how] @param {(Node | string)[]} children */
export function make(name, { text, className, title } = {}, ...children) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  if (title) element.title = title;
  element.append(...children);
  return element;
}

/** A word in a coloured capsule; the class is one of a closed list, whatever the word. */
export const pill = (word, known) => make("span", { text: word, className: `pill ${known.includes(word) ? word : "unknown"}` });

/** Only addresses of this kind become links. */
export function address(text) {
  const code = make("code", { text });
  if (!/^http:\/\/[\w.:[\]-]+(\/[\w./-]*)?$/.test(text)) return code;
  const link = make("a", {}, code);
  link.href = text;
  return link;
}

/** What nobody knows yet is a dash, never a zero. */
export const figure = (value) => (value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 0 }));

/** Below ten a digit more, so that one record in three seconds is no zero. */
export const rate = (value) => (value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 }));

/** Microseconds since 1970 to `12:30:05`, in UTC as everywhere in Gatewatch. */
export const clock = (micros) => {
  const date = new Date(micros / 1000);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(11, 19);
};

/** A line over the last values, 0 at its foot; null where there are fewer than two. */
export function sparkline(values) {
  if (values.length < 2) return "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const top = Math.max(...values, 1e-9);
  svg.setAttribute("viewBox", `0 0 ${values.length - 1} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", values.map((value, x) => `${x},${(0.95 - 0.9 * (value / top)).toFixed(3)}`).join(" "));
  svg.append(line);
  return svg;
}
