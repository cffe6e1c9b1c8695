//! The first-party cookie: `tanish=1.<UUIDv7>`, and its server-set twin `tanish_s`.

use super::id::{LIFETIME, VisitorId};
use crate::time::Millis;

/// Name of the cookie the page sets.
pub const NAME: &str = "tanish";
/// Name of the twin that only the relay sets; where both are there, it wins.
pub const SERVER_NAME: &str = "tanish_s";
/// Version prefix of the value.
const PREFIX: &str = "1.";

/// Reads a cookie's value.
pub fn parse(value: &str) -> Option<VisitorId> {
    VisitorId::parse(value.strip_prefix(PREFIX)?)
}

/// A cookie's value.
pub fn format(id: VisitorId) -> String {
    format!("{PREFIX}{id}")
}

/// Finds the visitor in a `Cookie` header or in `document.cookie`.
///
/// Several cookies of one name can reach a page (other paths, other domains, other software):
/// damaged and foreign ones are passed over, of the good ones the one issued first wins, so that
/// every page and subdomain agrees.
pub fn find(cookies: &str, name: &str, now: Millis) -> Option<VisitorId> {
    all(cookies, name).into_iter().flatten().filter(|id| id.alive(now)).min()
}

/// What the cookies of this name hold, in the order of the header: damaged and foreign values are `None`.
pub fn all(cookies: &str, name: &str) -> Vec<Option<VisitorId>> {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| parse(value)).collect()
}

/// Whether a domain may stand in the cookie: letters, digits, hyphens and dots.
pub fn valid_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.len() <= 253 && domain.strip_prefix('.').unwrap_or(domain).split('.').all(label)
}

/// The text to assign to `document.cookie` (or to send in `Set-Cookie`). Ends 13 months after the
/// first issue, however often it is written. A domain that is none is left out.
pub fn set(name: &str, id: VisitorId, domain: Option<&str>, secure: bool, now: Millis) -> String {
    let left = (id.issued() + LIFETIME).saturating_sub(now) / 1000;
    attributes(&format!("{name}={}; Max-Age={left}", format(id)), domain, secure)
}

/// The text that removes the cookie.
pub fn clear(name: &str, domain: Option<&str>, secure: bool) -> String {
    attributes(&format!("{name}=; Max-Age=0"), domain, secure)
}

fn attributes(start: &str, domain: Option<&str>, secure: bool) -> String {
    let mut text = format!("{start}; Path=/; SameSite=Lax");
    if let Some(domain) = domain.filter(|domain| valid_domain(domain)) {
        text.push_str("; Domain=");
        text.push_str(domain);
    }
    if secure {
        text.push_str("; Secure");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::time::DAY;
    use proptest::prelude::*;

    const NOW: Millis = 1_795_329_421_042;

    fn id(issued: Millis) -> VisitorId {
        VisitorId::issue(issued, &mut Random::new([issued, 2, 3, 4]))
    }

    #[test]
    fn the_first_issued_of_several_wins() {
        let (old, young) = (id(NOW - 9 * DAY), id(NOW - DAY));
        let cookies =
            format!("a=b; tanish={}; tanish=1.broken; tanish = x;tanish={}", format(young), format(old));
        assert_eq!(find(&cookies, NAME, NOW), Some(old));
        assert_eq!(find(&cookies, SERVER_NAME, NOW), None);
    }

    #[test]
    fn expired_and_foreign_values_are_passed_over() {
        let cookies = format!(
            "tanish={}; tanish=2.{}; xtanish={}",
            format(id(NOW - LIFETIME)),
            id(NOW),
            format(id(NOW))
        );
        assert_eq!(find(&cookies, NAME, NOW), None);
    }

    #[test]
    fn the_end_is_never_extended() {
        let id = id(NOW);
        assert_eq!(
            set(NAME, id, Some("shop.uz"), true, NOW),
            format!("tanish=1.{id}; Max-Age=34128000; Path=/; SameSite=Lax; Domain=shop.uz; Secure")
        );
        assert!(set(NAME, id, None, false, NOW + 395 * DAY - 5000).contains("Max-Age=5;"));
        assert_eq!(clear(NAME, None, false), "tanish=; Max-Age=0; Path=/; SameSite=Lax");
    }

    #[test]
    fn no_attribute_can_be_smuggled_in_by_a_domain() {
        for domain in ["a.uz; Secure", "", "a..uz", "a\nb", "ж.uz"] {
            assert!(!set(NAME, id(NOW), Some(domain), false, NOW).contains("Domain"), "{domain}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(cookies: String, now: u64) {
            let _ = find(&cookies, NAME, now);
        }

        #[test]
        fn any_value_but_the_one_form_is_refused(value in ".{0,60}", flip in 0usize..38, with in "[ -~]") {
            prop_assert!(parse(&value).is_none_or(|id| format(id) == value));
            let mut other = format(id(NOW));
            other.replace_range(flip..=flip, &with);
            prop_assert!(parse(&other).is_none_or(|id| format(id) == other));
        }

        #[test]
        fn good_cookies_are_found_among_any_others(ages in proptest::collection::vec(0u64..500, 1..6), junk in proptest::collection::vec("[a-z]{0,8}(=[!-:<-~]{0,50})?", 0..6), turn: usize) {
            let ids: Vec<VisitorId> = ages.iter().map(|age| id(NOW - age * DAY)).collect();
            let mut pairs: Vec<String> = ids.iter().map(|id| format!("{NAME}={}", format(*id))).collect();
            pairs.extend(junk);
            let turn = turn % pairs.len();
            pairs.rotate_left(turn);
            let living = ids.into_iter().filter(|id| NOW - id.issued() < LIFETIME).min();
            prop_assert_eq!(find(&pairs.join("; "), NAME, NOW), living);
        }

        #[test]
        fn what_is_set_is_found_and_ends_thirteen_months_after_the_issue(issued in 0u64..(1 << 47), age in 0u64..LIFETIME) {
            let now = issued + age;
            let text = set(NAME, id(issued), None, true, now);
            let (pair, rest) = text.split_once("; ").unwrap();
            prop_assert_eq!(find(pair, NAME, now), Some(id(issued)));
            let left: u64 = rest.split(';').next().unwrap().trim_start_matches("Max-Age=").parse().unwrap();
            prop_assert!(now + left * 1000 <= issued + LIFETIME && issued + LIFETIME - now - left * 1000 < 1000);
        }
    }
}
