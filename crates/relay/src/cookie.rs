//! The visitor's first-party cookie, set by the server: the lasting twin of the page's own, for browsers
//! cut script-set cookies short. Its form is [`tanish::visitor::cookie`]'s.

use crate::config::Cookie;
use ring::error::Unspecified;
use ring::rand::{SecureRandom, SystemRandom};
use tanish::random::Random;
use tanish::time::Millis;
use tanish::visitor::cookie::{NAME, SERVER_NAME, clear as expired, find, set};
use tanish::visitor::id::VisitorId;

/// The answer to "who is this?".
#[derive(Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Their id.
    pub id: VisitorId,
    /// The cookie to set, where there was none.
    pub set_cookie: Option<String>,
}

/// Finds the visitor in the `Cookie` header, or issues a new id. `secure`: the request came over https.
/// The server's cookie wins, and is never set anew: it keeps its end. Else the page's id is adopted.
pub fn visitor(header: &str, config: &Cookie, secure: bool, now: Millis) -> Result<Visitor, Unspecified> {
    if let Some(id) = find(header, SERVER_NAME, now) {
        return Ok(Visitor { id, set_cookie: None });
    }
    let id = match find(header, NAME, now) {
        Some(id) => id,
        None => issue(now)?,
    };
    let cookie = set(SERVER_NAME, id, config.domain.as_deref(), secure || config.secure, now);
    Ok(Visitor { id, set_cookie: Some(cookie + "; HttpOnly") })
}

/// The text that takes the cookie back.
pub fn clear(config: &Cookie, secure: bool) -> String {
    expired(SERVER_NAME, config.domain.as_deref(), secure || config.secure) + "; HttpOnly"
}

/// A new id, from the system's randomness: nobody can guess it.
fn issue(now: Millis) -> Result<VisitorId, Unspecified> {
    let mut seed = [0; 4];
    for word in &mut seed {
        let mut bytes = [0; 8];
        SystemRandom::new().fill(&mut bytes)?;
        *word = u64::from_le_bytes(bytes);
    }
    Ok(VisitorId::issue(now, &mut Random::new(seed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tanish::time::DAY;
    use tanish::visitor::id::LIFETIME;

    const NOW: Millis = 1_795_329_421_042;

    fn ask(header: &str, secure: bool, now: Millis) -> Visitor {
        visitor(header, &Cookie::default(), secure, now).unwrap()
    }

    #[test]
    fn a_new_visitor_gets_thirteen_months() {
        let found = ask("theme=dark", false, NOW);
        let seconds = LIFETIME / 1000;
        let expected = format!("tanish_s=1.{}; Max-Age={seconds}; Path=/; SameSite=Lax; HttpOnly", found.id);
        assert_eq!(found.set_cookie, Some(expected));
        assert_eq!(found.id.issued(), NOW);
        assert_ne!(ask("", false, NOW).id, found.id);
    }

    #[test]
    fn the_servers_cookie_wins_and_is_never_extended() {
        let (server, page) = (issue(NOW).unwrap(), issue(NOW - DAY).unwrap());
        let found = ask(&format!("tanish=1.{page}; tanish_s=1.{server}"), true, NOW + 300 * DAY);
        assert_eq!(found, Visitor { id: server, set_cookie: None });
    }

    #[test]
    fn the_pages_id_is_adopted_for_what_is_left_of_it() {
        let page = issue(NOW).unwrap();
        let config = Cookie { domain: Some("example.uz".into()), secure: false };
        let now = NOW + LIFETIME - DAY;
        let found = visitor(&format!("a=b; tanish=1.{page}"), &config, true, now).unwrap();
        let expected = format!(
            "tanish_s=1.{page}; Max-Age=86400; Path=/; SameSite=Lax; Domain=example.uz; Secure; HttpOnly"
        );
        assert_eq!(found, Visitor { id: page, set_cookie: Some(expected) });
    }

    #[test]
    fn it_is_taken_back_with_the_attributes_it_was_set_with() {
        let config = Cookie { domain: Some("example.uz".into()), secure: false };
        let expected = "tanish_s=; Max-Age=0; Path=/; SameSite=Lax; Domain=example.uz; Secure; HttpOnly";
        assert_eq!(clear(&config, true), expected);
    }

    #[test]
    fn broken_and_expired_ids_are_not_adopted() {
        let old = issue(NOW - LIFETIME).unwrap();
        for header in [format!("tanish=1.{old}; tanish_s=1.{old}"), "tanish_s=1.junk; tanish=".to_owned()] {
            let found = ask(&header, false, NOW);
            assert!(found.id != old && found.set_cookie.is_some(), "{header}");
        }
    }

    #[test]
    fn secure_where_configured_or_on_https() {
        let always = Cookie { domain: None, secure: true };
        let cookie = |config: &Cookie, https| visitor("", config, https, NOW).unwrap().set_cookie.unwrap();
        assert!(cookie(&always, false).contains("; Secure"));
        assert!(cookie(&Cookie::default(), true).contains("; Secure"));
        assert!(!cookie(&Cookie::default(), false).contains("; Secure"));
    }
}
