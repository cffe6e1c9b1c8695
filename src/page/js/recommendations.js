// <tanish-recommendations placement kind limit product>: the default content until a decision is there.

const SHEET = `
:host{display:block}
[part=list]{display:grid;grid-template-columns:repeat(var(--tanish-columns,auto-fill),minmax(min(var(--tanish-card-min,10rem),100%),1fr));gap:var(--tanish-gap,1rem);list-style:none;margin:0;padding:0}
[part=link]{display:grid;gap:.25rem;color:inherit;text-decoration:none}
[part=frame]{display:grid;place-items:center;overflow:hidden;aspect-ratio:var(--tanish-card-image-ratio,1);border-radius:var(--tanish-radius,.5rem);background:var(--tanish-card-background,color-mix(in srgb,currentColor 7%,transparent));font-size:1.5rem}
[part=image]{width:100%;height:100%;object-fit:cover}
[part=price]{font-weight:600}
[part=because]{font-size:.8em;opacity:.75}
`;

let sheet;

function style(root) {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(SHEET);
    }
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Older browsers: a style element, which the page's policy may refuse; the cards show all the same.
    root.append(Object.assign(document.createElement("style"), { textContent: SHEET }));
  }
}

function make(tag, part, text) {
  const element = document.createElement(tag);
  element.setAttribute("part", part);
  if (text !== undefined) element.textContent = text;
  return element;
}

const PATTERN = /#(.)##0(?:(.)(0+))?/;

/** By the shop's pattern (`# ##0 soʻm`, `€#.##0,00`), else by Intl: not every browser knows every language. */
function money(amount, { currency, locale, priceFormat }) {
  const found = PATTERN.exec(priceFormat ?? "");
  if (found) {
    const [pattern, group, point, decimals = ""] = found;
    const [whole, part] = amount.toFixed(decimals.length).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
    return priceFormat.replace(pattern, () => (part ? grouped + point + part : grouped));
  }
  try {
    const form = { style: "currency", currency, currencyDisplay: "narrowSymbol", trailingZeroDisplay: "stripIfInteger" };
    return new Intl.NumberFormat(locale, form).format(amount);
  } catch {
    return `${amount} ${currency ?? ""}`.trim();
  }
}

function initials(title) {
  return title.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}

const all = new Set();
// The shop once it is there; `null` when it could not start.
let shop;

/** The shop is there, or (`null`) is not to be had: every element on the page takes note. */
export function provideShop(given) {
  shop = given;
  all.forEach((element) => element.decide());
}

/** Another person, another choice: every element decides anew. */
export function decideAnew() {
  if (shop) provideShop(shop);
}

/** Defines `<tanish-recommendations>`, once. */
export function defineRecommendations() {
  if (typeof customElements === "undefined" || customElements.get("tanish-recommendations")) return;

  customElements.define(
    "tanish-recommendations",
    class extends HTMLElement {
      static observedAttributes = ["placement", "kind", "limit", "product"];
      #asked = 0;
      #shown = "";
      #seen;

      connectedCallback() {
        all.add(this);
        if (!this.shadowRoot) {
          const root = this.attachShadow({ mode: "open" });
          root.append(document.createElement("slot"));
          style(root);
        }
        this.decide();
      }

      disconnectedCallback() {
        all.delete(this);
        this.#seen?.disconnect();
      }

      attributeChangedCallback(name, before, after) {
        if (this.shadowRoot && before !== after) this.decide();
      }

      async decide() {
        if (shop === undefined) return;
        const asked = ++this.#asked;
        const query = {};
        for (const name of ["placement", "kind", "product"]) {
          if (this.hasAttribute(name)) query[name] = this.getAttribute(name);
        }
        if (!query.placement) query.kind ??= "for-you";
        if (this.hasAttribute("limit")) query.limit = Number(this.getAttribute("limit"));
        let answer;
        try {
          answer = await shop?.recommend(query);
        } catch (error) {
          console.warn(`[tanish] <tanish-recommendations>: ${error.message}`);
        }
        if (asked !== this.#asked || !this.isConnected) return;
        if (answer?.items.length) this.#show(answer);
        else this.#stay();
      }

      /** The default content, also where another person's cards were. */
      #stay() {
        this.#seen?.disconnect();
        this.#shown = "";
        const slot = document.createElement("slot");
        if (this.dataset.state === "decided") this.#replace(slot);
        this.dataset.state = "default";
      }

      #replace(content) {
        const styles = [...this.shadowRoot.querySelectorAll("style")];
        this.shadowRoot.replaceChildren(...styles, content);
      }

      #show({ kind, items }) {
        // The same cards again are no news, neither for the eye nor for the report.
        const shown = JSON.stringify([kind, items.map((item) => [item.id, item.price, item.because])]);
        if (shown === this.#shown) return;
        this.#shown = shown;
        const list = make("ul", "list");
        list.append(...items.map((item, place) => this.#card(item, place, kind)));
        // The box keeps its height, so what follows does not jump.
        const height = this.offsetHeight;
        if (height) list.style.minHeight = `${height}px`;
        this.#replace(list);
        this.dataset.state = "decided";
        this.#watch(list, kind, items);
        this.dispatchEvent(new CustomEvent("tanish:decided", { bubbles: true, detail: { kind, items } }));
      }

      #card(item, place, kind) {
        const card = make("li", "card");
        const link = make(item.url ? "a" : "div", "link");
        if (item.url) link.href = item.url;
        const frame = make("span", "frame", item.image ? undefined : initials(item.title));
        if (item.image) {
          const image = make("img", "image");
          Object.assign(image, { loading: "lazy", decoding: "async", alt: "", width: 400, height: 400, src: item.image });
          frame.append(image);
        } else {
          frame.setAttribute("aria-hidden", "true");
        }
        link.append(frame, make("span", "title", item.title));
        if (item.price !== undefined) link.append(make("span", "price", money(item.price, shop._prices)));
        link.append(make("span", "because", item.because));
        link.addEventListener("click", () => {
          report("Product Clicked", { list_id: `tanish:${kind}`, product_id: item.id, position: place + 1 });
        });
        card.append(link);
        return card;
      }

      // Shown is what was really seen: half of a card in view.
      #watch(list, kind, items) {
        this.#seen?.disconnect();
        this.#seen = new IntersectionObserver(
          (entries, observer) => {
            if (!entries.some((entry) => entry.isIntersecting)) return;
            observer.disconnect();
            const products = items.map((item, place) => ({ product_id: item.id, position: place + 1 }));
            report("Product List Viewed", { list_id: `tanish:${kind}`, products });
          },
          { threshold: 0.5 },
        );
        for (const card of list.children) this.#seen.observe(card);
      }
    },
  );
}

function report(event, properties) {
  shop?.track(event, properties).catch(() => {});
}
