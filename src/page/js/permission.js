// <tanish-permission>: may the shop write? One step at a time, each with what it is good for. Its own file.

const STEP_STYLE = `
:host{display:block;font:inherit}
form{display:grid;gap:.75rem;max-inline-size:36rem}
p{margin:0}
[part=row]{display:flex;flex-wrap:wrap;gap:.5rem}
button{font:inherit;font-weight:600;min-block-size:2.75rem;padding:.5rem 1rem;border:2px solid currentColor;border-radius:.5rem;background:none;color:inherit;cursor:pointer}
button:focus-visible{outline:3px solid #2f6fed;outline-offset:2px}
`;

const STEP_WORDS = {
  en: { yes: "Yes, please", later: "Not now" },
  uz: { yes: "Ha, mayli", later: "Hozir emas" },
  ru: { yes: "Да, пожалуйста", later: "Не сейчас" },
};

/** A text by language, or for all. */
function inLanguage(texts, lang) {
  return typeof texts === "string" ? texts : (texts?.[lang] ?? texts?.en ?? Object.values(texts ?? {})[0]);
}

/** Defines the element over the shop's steps: `[{channel, benefit, yes, later}]`. */
export function definePermission(shop, locale, steps) {
  if (customElements.get("tanish-permission")) return;
  const lang = String(locale).toLowerCase().split(/[-_]/)[0];

  customElements.define(
    "tanish-permission",
    class extends HTMLElement {
      #root = this.attachShadow({ mode: "open" });
      #stop;
      #channel;

      connectedCallback() {
        this.#stop = shop.onChange(() => this.#offer());
        this.#offer();
      }

      disconnectedCallback() {
        this.#stop?.();
      }

      #offer() {
        const place = shop._nextPermission(steps.map((step) => String(step.channel)));
        const step = steps[place];
        // The same question stays as it is: a redrawn one would lose the focus.
        if (step?.channel === this.#channel && this.#channel !== undefined) return;
        this.#channel = step?.channel;
        this.hidden = !step;
        this.#root.replaceChildren(...(step ? this.#question(step) : []));
      }

      #question(step) {
        const words = STEP_WORDS[lang] ?? STEP_WORDS.en;
        const form = document.createElement("form");
        const benefit = Object.assign(document.createElement("p"), { id: "benefit" });
        benefit.setAttribute("part", "benefit");
        benefit.textContent = inLanguage(step.benefit, lang);
        form.setAttribute("aria-labelledby", "benefit");
        const row = document.createElement("div");
        row.setAttribute("part", "row");
        const button = (type, part, text) => {
          const made = Object.assign(document.createElement("button"), { type, textContent: text });
          made.setAttribute("part", part);
          row.append(made);
          return made;
        };
        button("submit", "yes", inLanguage(step.yes, lang) ?? words.yes);
        button("button", "later", inLanguage(step.later, lang) ?? words.later).onclick = () => this.#answer(step, false);
        form.onsubmit = async (event) => {
          event.preventDefault();
          // The browser has the last word on push.
          const push = step.channel === "push" && typeof Notification === "function";
          this.#answer(step, !push || (await Notification.requestPermission()) === "granted");
        };
        form.append(benefit, row);
        try {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(STEP_STYLE);
          this.#root.adoptedStyleSheets = [sheet];
        } catch {
          // Without a sheet it is plain, and works.
        }
        return [form];
      }

      #answer({ channel }, granted) {
        shop.permission(channel, granted ? true : null).catch(() => {});
        this.dispatchEvent(new CustomEvent("tanish-permission", { bubbles: true, detail: { channel, granted } }));
      }
    },
  );
}
