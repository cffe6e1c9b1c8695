//! Prices as people write them.

use super::lang::Lang;

/// No-break space: a price never wraps inside.
const SPACE: char = '\u{a0}';

/// A currency by its ISO 4217 code.
#[derive(Clone, Debug)]
pub struct Currency {
    code: String,
}

impl Currency {
    /// The currency with this code, three letters; `None` for anything else.
    pub fn new(code: &str) -> Option<Currency> {
        let valid = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        valid.then(|| Currency { code: code.to_ascii_uppercase() })
    }

    /// Its ISO code, upper case.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The pattern by which the widget writes prices, so that its cards and the pages agree; `None`
    /// where the browsers' own way is the same.
    pub fn pattern(&self) -> Option<String> {
        (self.code == "UZS").then(|| format!("#{SPACE}##0{SPACE}soʻm"))
    }

    /// An amount in words of the page: `249 000 soʻm`, `£2.55`, `2.55 CHF`.
    pub fn format(&self, amount: f64, lang: Lang) -> String {
        if self.code == "UZS" {
            return format!("{}{SPACE}soʻm", grouped(amount.round()));
        }
        let cents = (amount.abs() * 100.0).round();
        let sign = if amount < 0.0 && cents > 0.0 { "−" } else { "" };
        let number = format!("{}.{:02}", grouped((cents / 100.0).floor()), cents % 100.0);
        let number = if lang == Lang::En { number } else { number.replace('.', ",") };
        match self.code.as_str() {
            "GBP" => format!("{sign}£{number}"),
            "USD" => format!("{sign}${number}"),
            "EUR" => format!("{sign}€{number}"),
            code => format!("{sign}{number}{SPACE}{code}"),
        }
    }
}

/// A whole number with its thousands apart.
fn grouped(whole: f64) -> String {
    let digits = format!("{:.0}", whole.abs());
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if whole < 0.0 {
        out.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(SPACE);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn som(amount: f64, lang: Lang) -> String {
        Currency::new("uzs").unwrap().format(amount, lang).replace(SPACE, " ")
    }

    #[test]
    fn som_is_grouped_and_whole() {
        assert_eq!(som(249_000.0, Lang::En), "249 000 soʻm");
        assert_eq!(som(1_190_000.4, Lang::Uz), "1 190 000 soʻm");
        assert_eq!(som(900.0, Lang::Ru), "900 soʻm");
        assert_eq!(som(0.0, Lang::En), "0 soʻm");
        assert_eq!(som(-39_000.0, Lang::En), "−39 000 soʻm");
    }

    #[test]
    fn pounds_have_pence_and_the_comma_of_the_language() {
        let pound = Currency::new("GBP").unwrap();
        assert_eq!(pound.format(2.55, Lang::En), "£2.55");
        assert_eq!(pound.format(2.999, Lang::En), "£3.00");
        assert_eq!(pound.format(-0.85, Lang::En), "−£0.85");
        assert_eq!(pound.format(1234.5, Lang::Ru).replace(SPACE, " "), "£1 234,50");
    }

    #[test]
    fn a_code_has_three_letters() {
        assert!(Currency::new("").is_none());
        assert!(Currency::new("so'm").is_none());
        assert_eq!(Currency::new("chf").unwrap().format(1.0, Lang::En).replace(SPACE, " "), "1.00 CHF");
    }
}
