//! How the machine starts.

use super::{Config, Effect, MAX_RANK_FILES, Shop};
use crate::event::{Outbox, Stamper};
use crate::random::Random;
use crate::recommend::{Language, Library};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::{Consent, Profile};

/// What the page knows when it starts.
#[derive(Debug, Clone, Default)]
pub struct Boot {
    /// `site.json` with the overrides of `start()`.
    pub site: Value,
    /// `document.cookie`.
    pub cookies: String,
    /// The profile kept by an earlier page.
    pub stored: Value,
    /// Events an earlier page left in the journal.
    pub journal: Vec<Value>,
    /// `{url, path, referrer, title}`.
    pub page: Value,
    /// The page's language.
    pub locale: String,
    /// Whether the page came by https.
    pub secure: bool,
    /// `navigator.globalPrivacyControl`.
    pub opt_out: bool,
    /// Whether there is a relay to ask for its lasting cookie.
    pub twin: bool,
    /// Entropy.
    pub seed: [u64; 4],
}

impl Shop {
    /// Starts the machine.
    pub fn open(boot: Boot, now: Millis) -> Shop {
        let (config, problems) = Config::read(&boot.site);
        let mut random = Random::new(boot.seed);
        let stamper = Stamper::new(Random::new([random.bits(), random.bits(), random.bits(), random.bits()]));
        let profile = Profile::from_value(&boot.stored, now);
        let consent = Consent::new(config.mode, profile.choice, boot.opt_out);
        let mut shop = Shop {
            language: Language::parse(&boot.locale),
            locale: boot.locale,
            page: boot.page,
            secure: boot.secure,
            cookies: boot.cookies,
            profile,
            consent,
            library: Library::default(),
            outbox: Outbox::default(),
            stamper,
            random,
            held: Vec::new(),
            context: Value::Null,
            asked: Vec::new(),
            rank_files: MAX_RANK_FILES,
            fetching: Vec::new(),
            problems: Vec::new(),
            forgotten: false,
            has_twin: boot.twin,
            clearing: Vec::new(),
            out: Vec::new(),
            config,
        };
        for problem in problems {
            shop.problem(problem);
        }
        if shop.consent.stores() {
            shop.start_visit(now);
            shop.join(boot.journal);
        } else if shop.profile.twin.stale && shop.has_twin {
            // The visitor withdrew when the relay could not be reached.
            shop.out.push(Effect::ClearTwin);
        }
        shop
    }

    /// Events are kept and sent from here on, beginning with what an earlier page left.
    pub(super) fn join(&mut self, journal: Vec<Value>) {
        if self.records() {
            self.with_outbox(|outbox, out| outbox.recover(journal, out));
            self.out.push(Effect::Join);
        }
    }
}
