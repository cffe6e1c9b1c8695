//! Recommendations as a visitor sees them.

use super::Browser;
use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

/// One card of `<tanish-recommendations>`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Card {
    /// The text of its title.
    pub title: String,
    /// Where it leads; empty without a link.
    pub href: String,
    /// Why it is shown.
    pub because: String,
}

/// The cards of the first element of a kind, and its state.
const READ: &str = r#"
    const element = document.querySelector(`tanish-recommendations[kind="${kind}"]`);
    if (!element) return null;
    const text = (card, part) => card.querySelector(`[part~="${part}"]`)?.textContent.trim() ?? "";
    const cards = [...(element.shadowRoot?.querySelectorAll('[part~="card"]') ?? [])].map(card => ({
        title: text(card, "title"),
        because: text(card, "because"),
        href: card.querySelector('[part~="link"]')?.getAttribute("href") ?? card.getAttribute("href") ?? "",
    }));
    return { state: element.dataset.state ?? "", cards };
"#;

/// An element of the page at one moment.
#[derive(Debug, Deserialize)]
pub struct Shown {
    /// `decided`, `default`, or empty before either.
    pub state: String,
    /// Its cards, in order.
    pub cards: Vec<Card>,
}

impl Browser {
    /// What the first element of a kind shows now; nothing when the page has none.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn shown(&self, kind: &str) -> Result<Option<Shown>> {
        let kind = Value::String(kind.to_owned());
        let seen = self.run(&format!("const kind = {kind}; {READ}")).await?;
        serde_json::from_value(seen).map_err(|error| Error::Script(error.to_string()))
    }

    /// Waits until an element shows decided cards, and returns them.
    ///
    /// # Errors
    /// When it never does.
    pub async fn decided(&self, kind: &str) -> Result<Vec<Card>> {
        self.cards_until(kind, |cards| !cards.is_empty()).await
    }

    /// Waits until an element shows decided cards that are `enough`.
    ///
    /// # Errors
    /// When it never does.
    pub async fn cards_until(&self, kind: &str, enough: impl Fn(&[Card]) -> bool) -> Result<Vec<Card>> {
        let what = format!("decided cards of `{kind}`");
        let is_enough = |shown: &Option<Shown>| {
            shown.as_ref().is_some_and(|shown| shown.state == "decided" && enough(&shown.cards))
        };
        let shown = crate::wait::until(&what, || self.shown(kind), is_enough).await?;
        Ok(shown.map(|shown| shown.cards).unwrap_or_default())
    }

    /// Waits until an element has made up its mind to stay with its default content.
    ///
    /// # Errors
    /// When it never does.
    pub async fn stays_default(&self, kind: &str) -> Result<()> {
        let what = format!("`{kind}` to stay with its default content");
        let is_default = |shown: &Option<Shown>| shown.as_ref().is_some_and(|shown| shown.state == "default");
        crate::wait::until(&what, || self.shown(kind), is_default).await?;
        Ok(())
    }
}
