// <tanish-consent>: the built-in question for shops without a consent platform. Its own file.
//
// Yes and no look alike and lie side by side; nothing is ticked beforehand. It does not take the focus when
// it comes by itself (it is the first thing in the page), and does when a control opened it.
import { bannerTexts } from "./banner-texts.js";

const STYLE = `
:host{all:initial;position:fixed;inset-inline:0;inset-block-end:0;z-index:2147483000;display:block;direction:inherit;color-scheme:light dark;font:var(--tanish-consent-font,1rem/1.5 system-ui,sans-serif)}
section{--ink:var(--tanish-consent-color,#1c1b1a);--paper:var(--tanish-consent-background,#fff);--line:#8a8580;color:var(--ink);background:var(--paper);border-block-start:1px solid var(--line);box-shadow:0 -.25rem 1.5rem #0003;box-sizing:border-box;max-block-size:85vh;overflow:auto;overscroll-behavior:contain;padding:1rem max(1rem,calc(50vw - 30rem))}
h2{font-size:1.125em;line-height:1.3;margin:0 0 .25rem}
h2:focus{outline:none}
p{margin:0 0 .75rem;max-inline-size:42rem}
a{color:inherit}
fieldset{border:0;margin:0 0 .75rem;padding:0;display:grid;gap:.5rem}
legend{padding:0;margin-block-end:.5rem;font-weight:600}
label{display:grid;grid-template-columns:auto 1fr;column-gap:.75rem;align-items:start;min-block-size:1.5rem}
label small{grid-column:2;opacity:.85}
input{inline-size:1.25rem;block-size:1.25rem;margin:.125rem 0 0;accent-color:var(--ink)}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(10rem,100%),1fr));gap:.5rem;max-inline-size:42rem}
button{font:inherit;font-weight:600;min-block-size:2.75rem;padding:.5rem 1rem;border:2px solid var(--ink);border-radius:.5rem;background:var(--paper);color:var(--ink);cursor:pointer}
button.answer{background:var(--ink);color:var(--paper)}
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #2f6fed;outline-offset:2px}
[hidden]{display:none!important}
@media (prefers-color-scheme:dark){section{--ink:var(--tanish-consent-color,#f2efea);--paper:var(--tanish-consent-background,#1f1d1b);--line:#6f6a64}button:focus-visible,input:focus-visible,a:focus-visible{outline-color:#8ab4ff}}
@media (prefers-reduced-motion:no-preference){section{animation:rise .2s ease-out}@keyframes rise{from{transform:translateY(1rem);opacity:0}}}
@media print{:host{display:none}}
`;

const PURPOSES = ["analytics", "personalization", "marketing"];

function element(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

let shown;

/** Shows the banner; `opener` is the control that asked for it, where one did. */
export function showBanner(shop, locale, settings, opener) {
  if (shown?.isConnected) return shown.focusIn();
  if (!customElements.get("tanish-consent")) customElements.define("tanish-consent", Banner);
  shown = document.createElement("tanish-consent");
  shown.ask(shop, bannerTexts(locale, settings === true ? {} : settings), settings, opener);
  document.body.prepend(shown);
  if (opener) shown.focusIn();
}

class Banner extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #shop;
  #opener;
  #title;
  #boxes = {};

  ask(shop, texts, settings, opener) {
    this.#shop = shop;
    this.#opener = opener;
    this.lang = texts.lang;
    this.dir = texts.dir;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      this.#root.adoptedStyleSheets = [sheet];
    } catch {
      this.#root.append(element("style", {}, STYLE));
    }
    this.#title = element("h2", { id: "title", tabindex: "-1" }, texts.title);
    const about = element("p", { id: "about" }, texts.about);
    if (isPolicy(settings.policy)) about.append(" ", element("a", { href: settings.policy }, texts.policy));
    const details = this.#details(texts);
    const section = element(
      "section",
      { role: "region", "aria-labelledby": "title", "aria-describedby": "about" },
      this.#title,
      about,
      details,
      this.#buttons(texts, details),
    );
    section.addEventListener("keydown", (event) => {
      // Only who opened it can leave it unanswered: else the question would be lost.
      if (event.key === "Escape" && opener) this.#close();
    });
    this.#root.append(section);
  }

  focusIn() {
    this.#title.focus();
  }

  #details(texts) {
    const { consent } = this.#shop.visitor();
    const fields = element("fieldset", { id: "details" }, element("legend", {}, texts.choose));
    fields.hidden = true;
    for (const purpose of PURPOSES) {
      const box = element("input", { type: "checkbox", name: purpose });
      box.checked = consent.asked && consent[purpose];
      const told = element("span", {}, texts[purpose]);
      const why = element("small", {}, texts[`${purpose}Why`]);
      if (purpose === "marketing" && navigator.globalPrivacyControl === true) {
        box.checked = false;
        box.disabled = true;
        why.append(` ${texts.gpc}`);
      }
      this.#boxes[purpose] = box;
      fields.append(element("label", {}, box, told, why));
    }
    return fields;
  }

  #buttons(texts, details) {
    const all = (yes) => Object.fromEntries(PURPOSES.map((purpose) => [purpose, yes]));
    const button = (kind, text, act) => {
      const made = element("button", { type: "button", class: kind, part: kind }, text);
      made.addEventListener("click", act);
      return made;
    };
    const save = button("save", texts.save, () =>
      this.#answer(Object.fromEntries(PURPOSES.map((purpose) => [purpose, this.#boxes[purpose].checked]))),
    );
    save.hidden = true;
    const more = button("more", texts.more, () => {
      details.hidden = !details.hidden;
      save.hidden = details.hidden;
      more.setAttribute("aria-expanded", String(!details.hidden));
      if (!details.hidden) this.#boxes.analytics.focus();
    });
    more.setAttribute("aria-expanded", "false");
    more.setAttribute("aria-controls", "details");
    const no = button("answer", texts.no, () => this.#answer(all(false)));
    const yes = button("answer", texts.yes, () => this.#answer(all(true)));
    return element("div", { class: "row" }, no, yes, more, save);
  }

  #answer(choice) {
    this.#close();
    this.#shop.consent(choice).catch(() => {});
  }

  #close() {
    const held = this.contains(document.activeElement) || document.activeElement === this;
    this.remove();
    // The focus goes back to where it came from, or to the start of the page.
    if (held && this.#opener?.isConnected) this.#opener.focus();
  }
}

/** No script in an address from a file. */
function isPolicy(address) {
  try {
    return typeof address === "string" && /^https?:$/.test(new URL(address, document.baseURI).protocol);
  } catch {
    return false;
  }
}
