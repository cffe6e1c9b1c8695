//! Two tabs, one profile: each wrote what it knew, and both come to know the same.

use super::cart::Cart;
use super::history::History;
use super::id::VisitorId;
use super::profile::Profile;
use crate::time::Millis;

impl Profile {
    /// Joins what another tab wrote. Says whether this profile learned anything, and whether it
    /// knows more than the other did (then it is written again). The choice is the caller's to follow.
    ///
    /// Who is here is decided by the number of turns and only then by the clock, which may jump.
    pub fn merge(&mut self, other: Profile, now: Millis) -> (bool, bool) {
        let before = self.clone();
        let newer = other.rank() >= self.rank();
        let same_person = self.is_person_of(&other);
        if newer {
            if !same_person {
                // The newer tab signed in or out: only its history may be shown.
                self.history = History::default();
                self.cart = Cart::default();
                (self.visits, self.first_seen, self.visit_start, self.last_seen) = (0, None, None, None);
            }
            self.customer.clone_from(&other.customer);
            self.id = other.id.or(self.id);
            self.traits = other.traits.clone();
            self.preferences = other.preferences.clone();
            self.permissions = other.permissions.clone();
            self.turn = other.turn;
        }
        self.twin.merge(other.twin, newer);
        if same_person || newer {
            self.history.add(other.history.0.iter().cloned(), now);
            self.cart.merge(&other.cart);
            self.visits = self.visits.max(other.visits);
            self.first_seen = match (self.first_seen, other.first_seen) {
                (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
                (mine, theirs) => mine.or(theirs),
            };
            self.last_seen = self.last_seen.max(other.last_seen);
            self.visit_start = self.visit_start.max(other.visit_start);
        }
        let knows_more = self.history != other.history
            || self.cart != other.cart
            || self.customer != other.customer
            || self.id != other.id;
        (*self != before, knows_more)
    }

    /// Of two tabs the one with the higher rank is believed.
    fn rank(&self) -> (u32, Option<Millis>, Option<VisitorId>, Option<&str>) {
        (self.turn, self.last_seen, self.id, self.customer.as_deref())
    }

    /// Whether both are one person's: one id, or one customer. Of two ids without a customer the later
    /// turn's is of the same person where it is the older id: that one came back from the relay, while a
    /// sign-out issues a new one.
    fn is_person_of(&self, other: &Profile) -> bool {
        match (&self.customer, &other.customer) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ if self.id == other.id || self.id.is_none() || other.id.is_none() => true,
            (None, None) if self.turn != other.turn => {
                let (early, late) = if self.turn < other.turn { (self, other) } else { (other, self) };
                late.id < early.id
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::{Action, HistoryEntry};
    use super::*;
    use crate::random::Random;
    use crate::time::DAY;
    use proptest::prelude::*;

    const NOW: Millis = 1_795_329_421_042;

    fn id(at: Millis, seed: u64) -> VisitorId {
        VisitorId::issue(at, &mut Random::new([seed, 1, 1, 1]))
    }

    fn profile() -> Profile {
        let mut profile = Profile { id: Some(id(NOW, 1)), ..Profile::default() };
        profile.seen(NOW);
        profile
    }

    #[test]
    fn tabs_converge() {
        let mut first = profile();
        let mut second = first.clone();
        first.history.add([HistoryEntry::new("x", NOW, Action::View)], NOW);
        second.history.add([HistoryEntry::new("y", NOW, Action::View)], NOW);
        assert_eq!(first.merge(second.clone(), NOW), (true, true));
        assert_eq!(second.merge(first.clone(), NOW), (true, false));
        assert_eq!(first, second);
    }

    #[test]
    fn a_sign_in_joins_and_a_sign_out_parts() {
        let mut first = profile();
        first.history.add([HistoryEntry::new("x", NOW, Action::View)], NOW);
        let mut second = Profile { customer: Some("oybek".into()), turn: 1, ..profile() };
        second.history.add([HistoryEntry::new("y", NOW, Action::View)], NOW);
        first.merge(second.clone(), NOW);
        assert_eq!((first.customer.as_deref(), first.history.entries().len()), (Some("oybek"), 2));

        let mut out = first.clone();
        out.next_person();
        out.id = Some(id(NOW + 1, 2));
        // The clock of the tab that signed out may be days behind.
        out.seen(NOW - 3 * DAY);
        assert_eq!(first.merge(out.clone(), NOW), (true, false));
        assert!(first.customer.is_none() && first.history.entries().is_empty());
        assert_eq!((first.id, first.visits), (out.id, 1));
        // What the tab of before still holds is not taken up again.
        assert_eq!(out.merge(second, NOW), (false, true));
    }

    #[test]
    fn an_older_id_that_came_back_keeps_the_history() {
        let mut tab = profile();
        tab.history.add([HistoryEntry::new("x", NOW, Action::View)], NOW);
        let back = Profile { id: Some(id(NOW - 40 * DAY, 3)), turn: 1, ..profile() };
        tab.merge(back.clone(), NOW);
        assert_eq!((tab.id, tab.history.entries().len()), (back.id, 1));
    }

    /// What happens to one of the tabs.
    #[derive(Debug, Clone)]
    enum Step {
        View(u8),
        SignIn(u8),
        SignOut,
        /// Hears of what the others wrote since.
        Hear,
        /// Its clock jumps by so many hours.
        Jump(i64),
        /// It is closed, and opened anew on what is stored.
        Reopen,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0u8..20).prop_map(Step::View),
            1 => (0u8..2).prop_map(Step::SignIn),
            1 => Just(Step::SignOut),
            3 => Just(Step::Hear),
            1 => (-300i64..300).prop_map(Step::Jump),
            1 => Just(Step::Reopen),
        ]
    }

    /// What is stored, and which tabs have not yet heard of it.
    struct Storage {
        profile: Profile,
        unheard: [bool; 3],
        writes: usize,
    }

    impl Storage {
        fn write(&mut self, tab: usize, profile: &Profile) {
            self.profile.clone_from(profile);
            self.unheard = core::array::from_fn(|other| other != tab);
            self.writes += 1;
        }
    }

    struct Tab {
        place: usize,
        profile: Profile,
        clock: Millis,
    }

    impl Tab {
        fn hear(&mut self, storage: &mut Storage) {
            let heard = core::mem::take(&mut storage.unheard[self.place]);
            if heard && self.profile.merge(storage.profile.clone(), self.clock).1 {
                storage.write(self.place, &self.profile);
            }
        }

        fn take(&mut self, step: Step, serial: u64, storage: &mut Storage) {
            match step {
                Step::Hear => return self.hear(storage),
                Step::Jump(hours) => {
                    self.clock = self.clock.saturating_add_signed(hours * 3_600_000);
                    return;
                }
                Step::Reopen => {
                    self.profile = storage.profile.clone();
                    storage.unheard[self.place] = false;
                    return;
                }
                Step::View(n) => {
                    // An entry says whose it is, so that a leak is seen.
                    let owner = self.profile.customer.clone().unwrap_or_default();
                    let entry = HistoryEntry {
                        order: Some(format!("{owner}/{}", self.profile.assignment_id().unwrap_or_default())),
                        ..HistoryEntry::new(&n.to_string(), self.clock, Action::View)
                    };
                    self.profile.seen(self.clock);
                    self.profile.history.add([entry], self.clock);
                }
                Step::SignIn(n) => {
                    let customer = format!("c{n}");
                    if self.profile.customer.as_ref().is_some_and(|before| *before != customer) {
                        self.sign_out(serial);
                    }
                    self.profile.customer = Some(customer);
                    self.profile.turn += 1;
                }
                Step::SignOut => self.sign_out(serial),
            }
            // The worst a browser may do: overwrite what it has not read.
            storage.write(self.place, &self.profile);
        }

        fn sign_out(&mut self, serial: u64) {
            self.profile.next_person();
            self.profile.id = Some(id(NOW + serial, serial));
            self.profile.seen(self.clock);
        }
    }

    proptest! {
        /// However tabs race and clocks jump: all come to know the same, and nobody sees what another
        /// customer did.
        #[test]
        fn racing_tabs_agree_and_leak_nothing(steps in proptest::collection::vec((0usize..3, step()), 1..60)) {
            let mut storage = Storage { profile: profile(), unheard: [false; 3], writes: 0 };
            let mut tabs = [0, 1, 2].map(|place| Tab { place, profile: profile(), clock: NOW });
            for (serial, (tab, step)) in steps.into_iter().enumerate() {
                tabs[tab].take(step, 2 + serial as u64, &mut storage);
            }
            let before = storage.writes;
            while storage.unheard != [false; 3] {
                for tab in &mut tabs {
                    tab.clock = NOW + 400 * DAY;
                    tab.hear(&mut storage);
                }
                prop_assert!(storage.writes < before + 20, "they keep telling each other the same");
            }
            let told: Vec<_> = tabs.iter().map(|tab| (tab.profile.id, tab.profile.customer.clone())).collect();
            prop_assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
            let mine = told[0].1.clone().unwrap_or_default();
            for tab in &tabs {
                prop_assert_eq!(&tab.profile.history, &tabs[0].profile.history);
                for entry in tab.profile.history.entries() {
                    let owner = entry.order.clone().unwrap_or_default();
                    let owner = owner.split('/').next().unwrap_or_default().to_owned();
                    prop_assert!(owner.is_empty() || owner == mine, "{owner} seen by {mine}");
                }
            }
        }
    }
}
