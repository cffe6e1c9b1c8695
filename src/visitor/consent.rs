//! What the visitor agreed to: a state per purpose, from all who may say.
//!
//! A purpose is allowed while someone who may say so said yes and nobody says no. The shop itself speaks
//! (its own form, or the built-in banner), and so do the platforms it names: IAB TCF, GPP and Google's
//! Consent Mode. What they say counts in any order; what one says anew replaces what it said before.

use crate::value::Value;

/// What data is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Measuring: events are recorded and sent.
    Analytics,
    /// Deciding by the visitor's own history.
    Personalization,
    /// Contacting the visitor, and offers that need such a purpose.
    Marketing,
}

/// The names of the purposes, in their order.
const NAMES: [&str; 3] = ["analytics", "personalization", "marketing"];

/// What holds before a choice, as the shop configures it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing is stored or sent before the visitor's choice.
    Ask,
    /// Analytics and personalization hold until refused; marketing waits for a yes.
    #[default]
    Granted,
}

/// Who may say what the visitor chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The shop, by `consent()`.
    Shop,
    /// IAB Europe's Transparency and Consent Framework.
    Tcf,
    /// IAB's Global Privacy Platform.
    Gpp,
    /// Google Consent Mode v2.
    ConsentMode,
}

impl Source {
    /// Reads `tcf`, `gpp` or `gcm`, as `consent.sources` of `site.json` names them.
    pub fn parse(name: &str) -> Option<Source> {
        match name {
            "tcf" => Some(Source::Tcf),
            "gpp" => Some(Source::Gpp),
            "gcm" => Some(Source::ConsentMode),
            _ => None,
        }
    }
}

/// One source's answer a purpose, in their order; `None` where it says nothing of it.
pub type Answers = [Option<bool>; 3];

/// Reads `{analytics, personalization, marketing}`: `true` is a yes, what is absent or `null` is no
/// answer, all else is a no.
pub fn answers(said: &Value) -> Answers {
    NAMES.map(|name| match said.get(name) {
        None | Some(Value::Null) => None,
        Some(said) => Some(*said == Value::Bool(true)),
    })
}

/// One answer a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// See [`Purpose::Analytics`].
    pub analytics: bool,
    /// See [`Purpose::Personalization`].
    pub personalization: bool,
    /// See [`Purpose::Marketing`].
    pub marketing: bool,
    /// A platform said so, and says it anew on every page: kept only for the time until it does.
    pub platform: bool,
    /// How many choices came before in this browser: of two tabs the higher number counts.
    pub nth: u32,
}

impl Choice {
    fn all(self) -> [bool; 3] {
        [self.analytics, self.personalization, self.marketing]
    }

    /// As kept in the profile.
    pub fn to_value(self) -> Value {
        Value::object([
            (NAMES[0], self.analytics.into()),
            (NAMES[1], self.personalization.into()),
            (NAMES[2], self.marketing.into()),
            ("platform", self.platform.into()),
            ("nth", f64::from(self.nth).into()),
        ])
    }

    /// Reads what [`Choice::to_value`] wrote; what is damaged is a no.
    pub fn from_value(value: &Value) -> Choice {
        let [analytics, personalization, marketing] = answers(value).map(|said| said == Some(true));
        let platform = value.get("platform") == Some(&Value::Bool(true));
        Choice {
            analytics,
            personalization,
            marketing,
            platform,
            nth: value.number("nth").unwrap_or(0.0) as u32,
        }
    }
}

/// The state of consent: the shop's mode, the visitor's choice, the browser's signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// The shop's mode.
    pub mode: Mode,
    /// The visitor's choice, once made.
    pub choice: Option<Choice>,
    /// Global Privacy Control (w3.org/TR/gpc): an opt-out of marketing; its absence is no consent.
    pub opt_out: bool,
    /// The last word of each [`Source`].
    said: [Answers; 4],
}

impl Consent {
    /// The state at the start of a page: `kept` is the choice of an earlier one.
    pub fn new(mode: Mode, kept: Option<Choice>, opt_out: bool) -> Consent {
        let mut consent = Consent { mode, opt_out, ..Consent::default() };
        consent.follow(kept);
        consent
    }

    /// Takes over a choice made elsewhere: on an earlier page, in another tab, or taken back (`None`).
    pub fn follow(&mut self, choice: Option<Choice>) {
        self.choice = choice;
        self.said = Default::default();
        if let Some(choice) = choice.filter(|choice| !choice.platform) {
            self.said[Source::Shop as usize] = choice.all().map(Some);
        }
    }

    /// Whether a choice of another tab is newer than this one; of two at once the one that refuses more.
    pub fn is_older_than(&self, other: Option<Choice>) -> bool {
        match (self.choice, other) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(mine), Some(other)) => {
                let yes = |choice: Choice| choice.all().iter().filter(|yes| **yes).count();
                (other.nth, yes(mine)) > (mine.nth, yes(other))
            }
        }
    }

    /// Whether the visitor still has to choose.
    pub fn pending(&self) -> bool {
        self.mode == Mode::Ask && self.choice.is_none()
    }

    /// What holds where nobody answered.
    fn before_choice(&self) -> [bool; 3] {
        let granted = self.mode == Mode::Granted;
        self.choice.map_or([granted, granted, false], Choice::all)
    }

    /// Whether a purpose is allowed now.
    pub fn allows(&self, purpose: Purpose) -> bool {
        let refused_by_signal = purpose == Purpose::Marketing && self.opt_out;
        self.before_choice()[purpose as usize] && !refused_by_signal
    }

    /// Whether anything at all may be kept in the browser.
    pub fn stores(&self) -> bool {
        self.allows(Purpose::Analytics) || self.allows(Purpose::Personalization)
    }

    /// Takes the visitor's choice from the shop; purposes not named keep their answer, unanswered ones are
    /// refused. Only `true` is a yes.
    pub fn choose(&mut self, answer: &Value) {
        let mut said = answers(answer);
        // What holds by default, and was not refused, is not asked again.
        let shop = self.said[Source::Shop as usize];
        for (place, before) in self.before_choice().into_iter().enumerate() {
            said[place] = said[place].or(shop[place]).or(Some(before));
        }
        self.said[Source::Shop as usize] = said;
        self.decide(false);
    }

    /// Takes what a source says; whether that changed the choice. Where the visitor is to be asked, a word on
    /// marketing alone is remembered, but is no choice yet.
    pub fn hear(&mut self, source: Source, said: Answers) -> bool {
        let before = self.choice;
        self.said[source as usize] = said;
        let whole = |said: &Answers| match self.mode {
            Mode::Ask => said[0].or(said[1]).is_some(),
            Mode::Granted => *said != [None; 3],
        };
        let chosen = self.choice.is_some() || self.said.iter().any(whole);
        if chosen {
            self.decide(source != Source::Shop);
        }
        let answers = |choice: Option<Choice>| choice.map(Choice::all);
        if answers(before) == answers(self.choice) {
            // The same again is no new choice.
            self.choice = before;
        }
        self.choice != before
    }

    fn decide(&mut self, platform: bool) {
        let before = self.before_choice();
        let of = |place: usize| {
            let mut all = self.said.iter().filter_map(|said| said[place]);
            match all.next() {
                None => before[place],
                Some(first) => first && all.all(|yes| yes),
            }
        };
        let nth = self.choice.map_or(0, |choice| choice.nth.saturating_add(1));
        let (analytics, personalization, marketing) = (of(0), of(1), of(2));
        self.choice = Some(Choice { analytics, personalization, marketing, platform, nth });
    }

    /// As `shop.visitor().consent` shows it.
    pub fn to_value(&self) -> Value {
        Value::object([
            ("asked", self.choice.is_some().into()),
            (NAMES[0], self.allows(Purpose::Analytics).into()),
            (NAMES[1], self.allows(Purpose::Personalization).into()),
            (NAMES[2], self.allows(Purpose::Marketing).into()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asking() -> Consent {
        Consent::new(Mode::Ask, None, false)
    }

    #[test]
    fn asking_shops_wait() {
        let mut consent = asking();
        assert!(consent.pending() && !consent.stores());
        consent.choose(&Value::object([("analytics", true.into())]));
        assert!(!consent.pending() && consent.allows(Purpose::Analytics) && consent.stores());
        assert!(!consent.allows(Purpose::Personalization) && !consent.allows(Purpose::Marketing));
    }

    #[test]
    fn a_signal_opts_out_and_never_in() {
        let mut consent = Consent { opt_out: true, ..Consent::default() };
        assert!(consent.allows(Purpose::Analytics) && !consent.allows(Purpose::Marketing));
        consent.choose(&Value::object([("marketing", true.into())]));
        assert!(!consent.allows(Purpose::Marketing));
        assert!(!asking().allows(Purpose::Marketing));
    }

    #[test]
    fn refusal_in_part_leaves_the_rest() {
        let mut consent = Consent::default();
        consent.choose(&Value::object([("personalization", false.into())]));
        assert!(consent.allows(Purpose::Analytics) && !consent.allows(Purpose::Personalization));
        assert!(!consent.allows(Purpose::Marketing), "nobody said yes to that");
        consent.choose(&Value::object([("marketing", true.into()), ("analytics", "false".into())]));
        assert!(consent.allows(Purpose::Marketing) && !consent.allows(Purpose::Analytics));
    }

    #[test]
    fn a_word_on_marketing_alone_is_no_choice() {
        let mut consent = asking();
        assert!(!consent.hear(Source::Gpp, [None, None, Some(false)]) && consent.pending());
        consent.choose(&Value::object([("analytics", true.into()), ("marketing", true.into())]));
        assert!(consent.stores() && !consent.allows(Purpose::Marketing), "but it is remembered");
    }

    #[test]
    fn what_a_platform_said_holds_until_it_speaks_again() {
        let mut consent = asking();
        assert!(consent.hear(Source::Tcf, [Some(true); 3]));
        assert!(!consent.hear(Source::Tcf, [Some(true); 3]), "the same again changes nothing");
        let kept = consent.choice.map(|choice| Choice::from_value(&choice.to_value()));
        let mut next = Consent::new(Mode::Ask, kept, false);
        assert!(next.stores() && !next.pending());
        assert!(next.hear(Source::Tcf, [Some(false); 3]) && !next.stores());
    }

    fn source() -> impl Strategy<Value = Source> {
        prop::sample::select(vec![Source::Shop, Source::Tcf, Source::Gpp, Source::ConsentMode])
    }

    const PURPOSES: [Purpose; 3] = [Purpose::Analytics, Purpose::Personalization, Purpose::Marketing];

    proptest! {
        /// Nothing is allowed that nobody allowed, and nothing that anybody refuses.
        #[test]
        fn a_purpose_needs_a_yes_and_no_no(ask: bool, opt_out: bool, words in prop::collection::vec((source(), any::<Answers>()), 0..12)) {
            let mode = if ask { Mode::Ask } else { Mode::Granted };
            let mut consent = Consent::new(mode, None, opt_out);
            let mut last = [[None; 3]; 4];
            let mut ever = [false; 3];
            for (source, said) in words {
                consent.hear(source, said);
                last[source as usize] = said;
                for (place, said) in said.into_iter().enumerate() {
                    ever[place] |= said == Some(true);
                }
            }
            for (place, purpose) in PURPOSES.into_iter().enumerate() {
                let now: Vec<bool> = last.iter().filter_map(|said: &Answers| said[place]).collect();
                let by_default = mode == Mode::Granted && purpose != Purpose::Marketing;
                if consent.allows(purpose) {
                    prop_assert!(ever[place] || by_default, "{purpose:?}: nobody said yes");
                    prop_assert!(!now.contains(&false), "{purpose:?}: somebody says no");
                    prop_assert!(!(opt_out && purpose == Purpose::Marketing));
                } else if now.contains(&true) && !now.contains(&false) && !consent.pending() {
                    prop_assert!(opt_out && purpose == Purpose::Marketing, "{purpose:?}: all say yes");
                }
            }
            prop_assert!(!consent.pending() || !consent.stores());
        }

        /// Who speaks first does not matter.
        #[test]
        fn the_order_of_sources_does_not_matter(ask: bool, words in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 4)) {
            let mode = if ask { Mode::Ask } else { Mode::Granted };
            let sources = [Source::Shop, Source::Tcf, Source::Gpp, Source::ConsentMode];
            let said: Vec<_> = sources.into_iter().zip(words.iter().map(|(a, b, c)| [Some(*a), Some(*b), Some(*c)])).collect();
            let (mut there, mut back) = (Consent::new(mode, None, false), Consent::new(mode, None, false));
            for (source, answers) in &said {
                there.hear(*source, *answers);
            }
            for (source, answers) in said.iter().rev() {
                back.hear(*source, *answers);
            }
            prop_assert_eq!(PURPOSES.map(|purpose| there.allows(purpose)), PURPOSES.map(|purpose| back.allows(purpose)));
        }

        /// Two tabs that tell each other their choices end with the same one, and never with more than
        /// either allowed.
        #[test]
        fn tabs_agree_on_a_choice(first in prop::collection::vec(any::<Answers>(), 1..5), second in prop::collection::vec(any::<Answers>(), 1..5)) {
            let mut tabs = [asking(), asking()];
            for (tab, words) in tabs.iter_mut().zip([&first, &second]) {
                for said in words {
                    tab.hear(Source::Shop, *said);
                }
            }
            let before = tabs;
            for (one, other) in [(0, 1), (1, 0), (0, 1)] {
                if tabs[one].is_older_than(tabs[other].choice) {
                    let choice = tabs[other].choice;
                    tabs[one].follow(choice);
                }
            }
            let allowed = |tab: &Consent| PURPOSES.map(|purpose| tab.allows(purpose));
            let same_count = |a: &Consent, b: &Consent| a.choice.map(|c| c.nth) == b.choice.map(|c| c.nth)
                && allowed(a).iter().filter(|yes| **yes).count() == allowed(b).iter().filter(|yes| **yes).count();
            prop_assert!(allowed(&tabs[0]) == allowed(&tabs[1]) || same_count(&before[0], &before[1]));
        }
    }
}
