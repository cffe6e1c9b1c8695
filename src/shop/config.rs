//! The part of `site.json` the page reads.

use crate::model::safe_url;
use crate::recommend::{Placements, Problems};
use crate::score::RfmScale;
use crate::value::Value;
use crate::visitor::Mode;
use crate::visitor::cookie::valid_domain;

/// The shop's settings. A wrong key is left out and named; the others hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// `cookie.domain`.
    pub domain: Option<String>,
    /// `consent.mode`.
    pub mode: Mode,
    /// `events.endpoint`; without one, events only teach this browser.
    pub endpoint: Option<String>,
    /// `rfm.money`, or the default where the currency is US dollars.
    pub rfm: Option<RfmScale>,
    /// `placements`.
    pub placements: Placements,
}

impl Config {
    /// Reads the settings, and what is wrong with them, in words.
    pub fn read(site: &Value) -> (Config, Vec<String>) {
        let mut problems = Vec::new();
        let mut checked = |path: [&str; 2], fits: fn(&str) -> bool, mend: &str| {
            let text = site.path(&path)?.as_str()?;
            if !fits(text) {
                problems.push(format!("site.json: {}.{} {mend}", path[0], path[1]));
            }
            fits(text).then(|| text.to_owned())
        };
        let domain = checked(["cookie", "domain"], valid_domain, "must be a domain such as example.uz");
        let endpoint = checked(
            ["events", "endpoint"],
            safe_url,
            "must be a path such as /v1/batch or an http(s) address",
        );
        let rfm = match site.path(&["rfm", "money"]).map(money) {
            Some(None) => {
                problems.push("site.json: rfm.money must be four rising numbers".to_owned());
                None
            }
            Some(Some(money)) => Some(RfmScale { money, ..RfmScale::default() }),
            None => (site.str("currency") == Some("USD")).then(RfmScale::default),
        };
        let mode = mode(site.get("consent"), &mut problems);
        let mut problems = Problems(problems);
        let placements = Placements::read(site.get("placements"), &mut problems);
        (Config { domain, mode, endpoint, rfm, placements }, problems.0)
    }
}

/// An unreadable wish for consent is a wish for consent.
fn mode(consent: Option<&Value>, problems: &mut Vec<String>) -> Mode {
    let said = match consent {
        None => return Mode::Granted,
        Some(consent @ Value::Object(_)) => consent.get("mode").map(Value::as_str),
        Some(_) => Some(None),
    };
    match said {
        None | Some(Some("granted")) => Mode::Granted,
        Some(Some("ask")) => Mode::Ask,
        Some(_) => {
            problems
                .push("site.json: consent.mode must be \"ask\" or \"granted\"; taken as \"ask\"".to_owned());
            Mode::Ask
        }
    }
}

fn money(value: &Value) -> Option<[f64; 4]> {
    let edges: Vec<f64> = value.items().iter().filter_map(Value::as_f64).collect();
    let edges: [f64; 4] = edges.try_into().ok()?;
    edges.is_sorted().then_some(edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Config, Vec<String>) {
        Config::read(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn settings_are_read() {
        let (config, problems) = read(
            r#"{"version":1,"currency":"UZS","cookie":{"domain":"shop.uz"},"consent":{"mode":"ask"},
                "events":{"endpoint":"/v1/batch"},"rfm":{"money":[1,2,3,4]}}"#,
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((config.mode, config.domain.as_deref()), (Mode::Ask, Some("shop.uz")));
        assert_eq!(
            (config.endpoint.as_deref(), config.rfm.map(|r| r.money)),
            (Some("/v1/batch"), Some([1.0, 2.0, 3.0, 4.0]))
        );
    }

    #[test]
    fn a_wrong_key_is_named_and_costs_only_itself() {
        let (config, problems) = read(
            r#"{"cookie":{"domain":"a b"},"consent":{"mode":"maybe"},"events":{"endpoint":"javascript:x"},"rfm":{"money":[4,3]}}"#,
        );
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert_eq!((config.domain, config.endpoint, config.rfm), (None, None, None));
        assert_eq!(config.mode, Mode::Ask);
        for wish in [r#"{"consent":"ask"}"#, r#"{"consent":{"mode":true}}"#, r#"{"consent":null}"#] {
            let (config, problems) = read(wish);
            assert_eq!((config.mode, problems.len()), (Mode::Ask, 1), "{wish}");
        }
    }

    #[test]
    fn everything_is_optional() {
        let (config, problems) = read("{}");
        assert_eq!((config, problems.len()), (Config::default(), 0));
    }
}
