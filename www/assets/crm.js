// The CRM's page: asks for news every two seconds while it is looked at, and starts a training.
import { element, page, say, toast } from "./page.js";

const PAUSE = 2000;
const box = document.querySelector("[data-contacts]");
let version = page.crm;

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(`/crm/feed.json?since=${version}`);
      const feed = await answer.json();
      if (feed.version !== version) {
        version = feed.version;
        show(feed.contacts);
      }
    } catch {
      // The demo was stopped: what is shown stays.
    }
  }
  setTimeout(refresh, PAUSE);
}

/** Redraws the timelines; what the reader opened stays open. */
function show(contacts) {
  const open = new Set([...box.querySelectorAll("details[open]")].map(one => one.dataset.event));
  box.replaceChildren(...contacts.map(contact =>
    element("section", { className: "contact" },
      element("h2", { text: contact.name }),
      element("p", { className: "quiet", text: contact.id }),
      element("ol", {}, ...contact.events.map(event => line(event, open))))));
}

function line(event, open) {
  const raw = element("details", { "data-event": event.key }, element("summary", { text: say("raw") }), element("pre", { text: event.raw }));
  raw.open = open.has(event.key);
  return element("li", {}, element("time", { text: event.at }), " ", element("span", { className: event.faint ? "faint" : "", text: event.words }), raw);
}

document.querySelector("[data-train]").addEventListener("submit", async event => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  const told = document.querySelector("[data-trained]");
  button.disabled = true;
  told.hidden = false;
  told.textContent = say("training");
  try {
    const answer = await fetch("/crm/train", { method: "POST", headers: { accept: "application/json" } });
    told.textContent = (await answer.json()).message;
  } catch {
    told.hidden = true;
    toast(say("failed", { why: "" }));
  }
  button.disabled = false;
});

refresh();
