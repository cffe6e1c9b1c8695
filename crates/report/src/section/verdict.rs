//! What a test says, in a sentence, and what it does not say.

use super::experiments::{ALPHA, Compared};
use crate::page::words::{number, percent, signed_percent};
use serde::Serialize;

/// How sure the sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// The set-up is broken.
    Broken,
    /// Nothing can be said yet.
    #[default]
    Silent,
    /// No difference is seen.
    Open,
    /// A hint that would not survive an early stop.
    Hint,
    /// The arm is better.
    Better,
    /// The arm is worse.
    Worse,
}

/// A sentence, and what not to conclude from it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verdict {
    /// How sure it is.
    pub tone: Tone,
    /// The sentence.
    pub says: String,
    /// What not to conclude.
    pub not: String,
}

/// A split less likely than this is broken.
pub(crate) const SRM_ALARM: f64 = 0.001;

pub(super) fn verdict(found: &Compared, metric: &str, is_rate: bool, control: f64, treated: f64) -> Verdict {
    let shown = |value: f64| if is_rate { percent(value) } else { number(value) };
    let metric = metric.replace('_', " ");
    let change =
        format!("{metric} {} → {}, {}", shown(control), shown(treated), signed_percent(found.uplift));
    let between = format!("between {} and {}", signed_percent(found.ci[0]), signed_percent(found.ci[1]));
    if found.srm_p < SRM_ALARM {
        return Verdict {
            tone: Tone::Broken,
            says: format!("The split is broken: arms this uneven come by chance less than once in a thousand tests (p {:.1e}).", found.srm_p),
            not: "Do not read any number of this test. Look for redirects, bots, late exposures, or weights that were changed on the way.".into(),
        };
    }
    if let Some(why) = found.error_message {
        return Verdict {
            tone: Tone::Silent,
            says: format!("Nothing can be said yet: {}.", why.in_words()),
            not: "This is no sign that the arms are alike.".into(),
        };
    }
    let safe = found.sequential.ci[0] > 0.0 || found.sequential.ci[1] < 0.0;
    if safe {
        let (tone, word) = if found.uplift > 0.0 { (Tone::Better, "better") } else { (Tone::Worse, "worse") };
        return Verdict {
            tone,
            says: format!("{} is {word} than {}: {change} ({between}). Safe to stop.", found.variation, found.control),
            not: "The size is an estimate: expect less than the best case, and check it for other groups of visitors before promising it to them.".into(),
        };
    }
    if found.p_value < ALPHA {
        let also =
            if found.p_holm >= ALPHA { " Over all comparisons of this report it may be chance." } else { "" };
        return Verdict {
            tone: Tone::Hint,
            says: format!("{} looks different from {}: {change} ({between}).{also}", found.variation, found.control),
            not: "Count on it only if the test was to end now by plan: whoever looks daily and stops at the first good day is wrong far more often than 5 %.".into(),
        };
    }
    let left = match found.days_left {
        Some(days) if days <= 365.0 => {
            format!(" An uplift of this size would show in about {} more days.", days.ceil())
        }
        Some(_) => " At this traffic an uplift of this size would not show within a year.".to_owned(),
        None => String::new(),
    };
    Verdict {
        tone: Tone::Open,
        says: format!(
            "No difference is seen between {} and {}: {change} ({between}).{left}",
            found.variation, found.control
        ),
        not: format!(
            "This does not show that they are equal: differences up to about {} stay hidden at this size.",
            percent(found.detectable)
        ),
    }
}
