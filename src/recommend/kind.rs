//! The kinds of lists.

/// What kind of list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What this visitor may want next.
    ForYou,
    /// Products like the one on the page.
    Similar,
    /// Products bought in one order with the one on the page.
    BoughtTogether,
    /// What this visitor bought and may need again.
    BuyAgain,
    /// What most people buy now.
    Popular,
    /// What this visitor looked at last.
    RecentlyViewed,
}

impl Kind {
    const NAMES: [(&'static str, Kind); 6] = [
        ("for-you", Kind::ForYou),
        ("similar", Kind::Similar),
        ("bought-together", Kind::BoughtTogether),
        ("buy-again", Kind::BuyAgain),
        ("popular", Kind::Popular),
        ("recently-viewed", Kind::RecentlyViewed),
    ];

    /// Reads the name used in attributes and calls.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::NAMES.iter().find(|(text, _)| *text == name).map(|(_, kind)| *kind)
    }

    /// The name [`Kind::parse`] reads.
    pub fn name(self) -> &'static str {
        Kind::NAMES[self as usize].0
    }

    /// Whether the list is made from the visitor's own history.
    pub fn personal(self) -> bool {
        matches!(self, Kind::ForYou | Kind::BuyAgain | Kind::RecentlyViewed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for (name, kind) in Kind::NAMES {
            assert_eq!((Kind::parse(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(Kind::parse("For-You"), None);
    }
}
