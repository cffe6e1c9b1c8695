// Who is here: tells Tanish who signed in, and greets with what Tanish knows of the visitor.
import { element, page, running, say } from "./page.js";

/** Colours and sizes shown. */
const MOST = 3;
const TOLD = "atlas-customer";

/** Tells Tanish who is signed in, once a sign-in, with the orders the shop's own records hold. */
export function introduce() {
  let told = null;
  try { told = localStorage.getItem(TOLD); } catch { /* Told again on every page then. */ }
  const { customer } = page;
  if ((customer?.id ?? null) === told) return;
  running.then(identify).catch(() => { /* Told again on the next page. */ });
}

async function identify(shop) {
  if (!shop) return;
  const { customer } = page;
  await shop.identify(customer?.id ?? null, customer?.traits ?? {});
  if (customer) shop.history(customer.history);
  try {
    if (customer) localStorage.setItem(TOLD, customer.id);
    else localStorage.removeItem(TOLD);
  } catch { /* A full or blocked store: the shop goes on. */ }
}

let shown = "";
let run = 0;
let before;
const found = new Map();

/** Shows what Tanish knows, in the box reserved for it. Nothing known: the default content stays. */
export async function welcome(shop) {
  const box = document.querySelector("[data-welcome]");
  if (!box) return;
  before ??= [...box.childNodes];
  const mine = ++run;
  const visitor = shop.visitor();
  const name = visitor.traits.firstName;
  if (!name) {
    // Whoever it was has gone.
    if (shown) box.replaceChildren(...before);
    shown = "";
    return;
  }
  const news = await wishNews(visitor.wishes);
  // A later call knows better.
  if (mine !== run) return;
  const sizes = sizesOf(visitor);
  const colours = (visitor.affinities.color ?? []).slice(0, MOST).map(one => one.value);
  const next = JSON.stringify([name, sizes, colours, news]);
  if (next === shown) return;
  shown = next;
  const words = element("div", {}, element(box.matches(".tall") ? "h1" : "h2", { text: say("hello", { name }) }));
  const likes = element("p", { className: "likes" });
  if (sizes.length) likes.append(group(say("sizes"), sizes.map(size => element("b", { text: size }))));
  if (colours.length) likes.append(group(say("colours"), colours.map(swatch)));
  if (!likes.children.length) likes.textContent = say("learning");
  words.append(likes);
  box.replaceChildren(element("div", { className: "known" }, words, ...(news ? [note(news)] : [])));
}

function group(title, parts) {
  return element("span", {}, `${title}: `, ...parts);
}

function swatch(colour) {
  const code = colour.toLowerCase().replace(/[^a-z]+/g, "-");
  return element("span", {}, element("i", { className: `swatch c-${code}`, "aria-hidden": "true" }), page.colors[colour] ?? colour);
}

/** What the history says first; what the customer told the shop where it says nothing. */
function sizesOf(visitor) {
  const liked = (visitor.affinities.size ?? []).slice(0, MOST).map(one => one.value);
  return liked.length ? liked : Object.values(visitor.traits.sizes ?? {}).map(String).slice(0, MOST);
}

/** The newest wish the shop can now fulfil; else the newest wish. */
async function wishNews(wishes) {
  for (const { query } of wishes) {
    if (!found.has(query)) found.set(query, await search(query));
    const product = found.get(query);
    if (product) return { query, product };
  }
  return wishes.length ? { query: wishes[0].query, product: null } : null;
}

async function search(query) {
  try {
    const answer = await fetch(`/search.json?q=${encodeURIComponent(query)}`);
    return answer.ok ? ((await answer.json()).products[0] ?? null) : null;
  } catch {
    return null;
  }
}

function note({ query, product }) {
  if (!product) return element("p", { className: "quiet", text: say("wish_wait", { query }) });
  const picture = element("img", { src: product.image, alt: "", width: 88, height: 88 });
  return element("a", { className: "found", href: product.url, "data-found": product.id },
    picture, element("span", { text: say("wish_in", { query }) }), element("b", { text: `${product.title} · ${product.price}` }));
}
