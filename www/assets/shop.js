// The shop's own script: it tells Tanish what happens, and shows what Tanish knows. Every page is
// complete without it; forms post by themselves.
import { page, running, say, tell, toast } from "./page.js";
import { introduce, welcome } from "./welcome.js";

document.documentElement.classList.add("scripted");
introduce();
report();
running.then(shop => {
  if (!shop) return;
  shop.onChange(() => welcome(shop));
  welcome(shop);
});

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.matches("[data-add]")) add(event, form);
  else if (form.matches("[data-line]")) change(event, form);
  else if (form.matches("[data-wish]")) wish(event, form);
});
document.querySelector("[data-wishlist]")?.addEventListener("click", () => {
  tell("track", "Product Added to Wishlist", page.product);
  toast(say("saved", { title: page.product.name }));
});
document.querySelector("[data-submit]")?.addEventListener("change", event => event.target.form.requestSubmit());

/** The event a page stands for. */
function report() {
  const { product, cart, checkout, order, search } = page;
  if (product) tell("track", "Product Viewed", product);
  if (cart) tell("track", "Cart Viewed", { products: cart });
  if (checkout) tell("track", "Checkout Started", checkout);
  if (search) tell("track", "Products Searched", search);
  // A reloaded thanks page is not a second order.
  if (order && remembered("atlas-order") !== order.order_id) {
    running.then(async shop => {
      if (!shop) return;
      await shop.track("Order Completed", order);
      remember("atlas-order", order.order_id);
    }).catch(() => { /* Not kept: told again when the page is loaded again. */ });
  }
}

async function add(event, form) {
  event.preventDefault();
  const sent = new FormData(form);
  const done = await post(form, sent);
  if (!done) return;
  const size = sent.get("size");
  tell("track", "Product Added", { ...page.product, quantity: 1, ...(size && { variant: size, size }) });
  document.querySelector("[data-pieces]").textContent = done.pieces;
  toast(say("added", { title: page.product.name }));
}

async function change(event, form) {
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  if (!(await post(form, sent))) return;
  const line = page.cart.find(one => one.product_id === sent.get("product") && (one.variant ?? "") === sent.get("size"));
  const quantity = sent.get("action") === "remove" ? 0 : Number(sent.get("quantity"));
  if (line && quantity !== line.quantity) {
    const more = quantity > line.quantity;
    tell("track", more ? "Product Added" : "Product Removed", { ...line, quantity: Math.abs(quantity - line.quantity) });
  }
  location.reload();
}

function wish(event, form) {
  event.preventDefault();
  tell("track", "Wish Recorded", { query: form.dataset.wish });
  form.querySelector("button").disabled = true;
  toast(say("wish_kept"));
}

async function post(form, body) {
  try {
    // The attribute: `form.action` is the form's own field of that name, where there is one.
    const answer = await fetch(form.getAttribute("action"), { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(body) });
    if (answer.ok) return await answer.json();
  } catch {
    // Offline: said below.
  }
  toast(say("failed"));
  return null;
}

function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* A full or blocked store: the shop goes on. */ }
}
