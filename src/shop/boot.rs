//! How the machine starts.

use super::{Config, Effect, Shop};
use crate::event::{Outbox, Stamper};
use crate::random::Random;
use crate::recommend::{Language, Library};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::{Consent, Profile, VisitorId, cookie};

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
        let consent = Consent { mode: config.mode, choice: profile.choice, opt_out: boot.opt_out };
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
            asked: Vec::new(),
            fetching: Vec::new(),
            problems: Vec::new(),
            forgotten: false,
            out: Vec::new(),
            config,
        };
        for problem in problems {
            shop.problem(problem);
        }
        if shop.consent.stores() {
            shop.start_visit(now);
            shop.join(boot.journal);
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

    /// The visitor is known from here on: the cookie decides who it is, the profile keeps a copy.
    /// The cookie is written only where there is none, so its end is never extended.
    pub(super) fn start_visit(&mut self, now: Millis) {
        let by_cookie = cookie::find(&self.cookies, cookie::NAME, now);
        let known = by_cookie.or(self.profile.id);
        let id = known.unwrap_or_else(|| VisitorId::issue(now, &mut self.random));
        if by_cookie.is_none() {
            let text = cookie::set(cookie::NAME, id, self.config.domain.as_deref(), self.secure, now);
            self.out.push(Effect::SetCookie(text));
        }
        self.profile.id = Some(id);
        self.profile.seen(now);
        self.save();
    }
}
