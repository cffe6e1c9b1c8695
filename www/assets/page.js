// What the shop's pages share: the words and facts the server wrote, and safe ways to build elements.

/** What the server tells this page's scripts. */
export const page = JSON.parse(document.querySelector("meta[name=shop-page]").content);

/** A sentence of the page's language with its `{places}` filled. */
export function say(key, values = {}) {
  return (page.text[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** An element with a class, text and children. Text is never read as markup. */
export function element(name, { className, text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Sends a command to Tanish: queued until it starts, run at once after. */
export function tell(command, ...values) {
  (window.tanish ||= []).push([command, ...values]);
}

/** The running shop; `null` where it cannot run: blocked, broken, without Wasm. */
export const running = import("/tanish/tanish.js")
  .then(({ start }) => start({ site: "/tanish/site.json" }))
  .catch(() => null);

let hide;
/** Says something in a corner for a few seconds. */
export function toast(text) {
  const box = document.querySelector("[data-toast]");
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(hide);
  hide = setTimeout(() => box.classList.remove("on"), 4000);
}
