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
    /// What goes with all that is in the cart.
    Complement,
    /// What came into the shop last.
    New,
    /// What most people buy where the visitor is, or among those the visitor belongs to.
    PopularNearby,
}

impl Kind {
    const NAMES: [(&'static str, Kind); 9] = [
        ("for-you", Kind::ForYou),
        ("similar", Kind::Similar),
        ("bought-together", Kind::BoughtTogether),
        ("buy-again", Kind::BuyAgain),
        ("popular", Kind::Popular),
        ("recently-viewed", Kind::RecentlyViewed),
        ("complement", Kind::Complement),
        ("new", Kind::New),
        ("popular-nearby", Kind::PopularNearby),
    ];

    /// Reads the name used in attributes and calls.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::NAMES.iter().find(|(text, _)| *text == name).map(|(_, kind)| *kind)
    }

    /// Whether this build can answer it: the small module leaves the rarer kinds to the full one.
    pub fn is_known_here(self) -> bool {
        crate::FULL || !matches!(self, Kind::Complement | Kind::New | Kind::PopularNearby)
    }

    /// The name [`Kind::parse`] reads.
    pub fn name(self) -> &'static str {
        Kind::NAMES[self as usize].0
    }

    /// All kinds.
    #[cfg(test)]
    pub const ALL: [Kind; 9] = [
        Kind::ForYou,
        Kind::Similar,
        Kind::BoughtTogether,
        Kind::BuyAgain,
        Kind::Popular,
        Kind::RecentlyViewed,
        Kind::Complement,
        Kind::New,
        Kind::PopularNearby,
    ];

    /// All names, for people.
    pub const NAMED: &'static str = "for-you, similar, bought-together, buy-again, popular, popular-nearby, new, recently-viewed, complement";

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
        let (mut names, mut named) =
            (Kind::NAMES.map(|(name, _)| name), Kind::NAMED.split(", ").collect::<Vec<_>>());
        names.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, names);
    }
}
