//! Conditions on a product, as rules of `site.json` state them: `{field, op, value}`.

use super::Problems;
use crate::model::{Card, position_among};
use crate::time::{DAY, Millis};
use crate::value::Value;

/// Fields that are numbers; every other field is `id`, `title` or an attribute.
const NUMBERS: [&str; 5] = ["price", "discount", "stock", "age", "margin"];
/// Most values of a condition.
const MAX_VALUES: usize = 1000;
/// Most tests joined by `all`.
const MAX_TESTS: usize = 20;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    /// Equal to the value, or (`in`) to one of the values; of a list some element is.
    Is,
    /// The opposite of [`Op::Is`]: also true where the product lacks the field.
    IsNot,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Exists,
    Missing,
    Contains,
}

const OPS: [(&str, Op); 10] = [
    ("eq", Op::Is),
    ("in", Op::Is),
    ("ne", Op::IsNot),
    ("nin", Op::IsNot),
    ("lt", Op::Less),
    ("lte", Op::LessOrEqual),
    ("gt", Op::Greater),
    ("gte", Op::GreaterOrEqual),
    ("exists", Op::Exists),
    ("contains", Op::Contains),
];

/// One comparison, with texts or with numbers.
#[derive(Debug, Clone, PartialEq)]
struct Test {
    field: String,
    op: Op,
    values: Vec<Value>,
}

/// What a product must be for a rule to speak of it: all tests hold. Without tests it is any product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Condition(Vec<Test>);

/// What conditions know beside the card.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The present, for `age`.
    pub now: Millis,
    /// The catalogue's margin thresholds; see [`crate::model::CatalogEntry::margin_cuts`].
    pub margin_cuts: &'a [f64],
}

impl Condition {
    /// Reads `{field, op, value}`, `{all: […]}`, `{id}` or a product's id; what is wrong is told under `path`,
    /// and the rule is `None`.
    pub fn read(value: &Value, path: &str, problems: &mut Problems) -> Option<Condition> {
        let id = match value.get("id").unwrap_or(value) {
            id @ Value::String(_) => Some(id.clone()),
            Value::Number(id) => Some((*id as i64).to_string().into()),
            _ => None,
        };
        if let Some(id) = id {
            let values = vec![id];
            return Some(Condition(vec![Test { field: "id".to_owned(), op: Op::Is, values }]));
        }
        let tests = match value.get("all") {
            None => core::slice::from_ref(value),
            Some(all) => all.items(),
        };
        if !(1..=MAX_TESTS).contains(&tests.len()) {
            return problems.say(path, ".all must be a list of 1 to 20 conditions");
        }
        let mut read = Vec::new();
        for test in tests {
            read.push(Test::read(test, path, problems)?);
        }
        Some(Condition(read))
    }

    /// The one product that is meant, where it is one by its id.
    pub fn product(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Test { field, op: Op::Is, values }] if field == "id" && values.len() == 1 => values[0].as_str(),
            _ => None,
        }
    }

    /// Whether a product is meant.
    pub fn holds(&self, card: &Card, facts: Facts) -> bool {
        self.0.iter().all(|test| test.holds(card, facts))
    }

    /// The numbers that `margin` is compared with.
    pub fn margins(&self) -> impl Iterator<Item = f64> {
        let tests = self.0.iter().filter(|test| test.field == "margin");
        tests.flat_map(|test| test.values.iter().filter_map(Value::as_f64))
    }
}

impl Test {
    fn read(value: &Value, path: &str, problems: &mut Problems) -> Option<Test> {
        let Some(field) = value.str("field").filter(|field| !field.is_empty()) else {
            return problems.say(path, ".field must be id, title, price, discount, stock, age, margin, or an attribute such as brand");
        };
        let field = if matches!(field, "product" | "product_id") { "id" } else { field };
        let name = value.get("op").map_or("in", |op| op.as_str().unwrap_or_default());
        let Some(&(_, mut op)) = OPS.iter().find(|(known, _)| *known == name) else {
            return problems.say(path, ".op must be eq, ne, in, nin, lt, lte, gt, gte, exists or contains");
        };
        let given = value.get("value").unwrap_or(&Value::Null);
        let number = NUMBERS.contains(&field);
        let mut values = Vec::new();
        if op == Op::Exists {
            if *given == Value::Bool(false) {
                op = Op::Missing;
            }
        } else {
            let given = match given {
                Value::Array(many) => many.as_slice(),
                one => core::slice::from_ref(one),
            };
            for value in given.iter().take(MAX_VALUES) {
                values.push(match (value, number) {
                    (Value::Number(_), true) | (Value::String(_), false) => value.clone(),
                    // Sizes and ids are often written as numbers.
                    (Value::Number(value), false) => (*value as i64).to_string().into(),
                    (_, true) => return problems.say(path, ".value must be a number"),
                    (_, false) => return problems.say(path, ".value must be text, or a list of texts"),
                });
            }
        }
        let compares = matches!(op, Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual);
        if compares && (!number || values.len() != 1) || op == Op::Contains && number {
            return problems
                .say(path, ".op does not fit: lt, lte, gt and gte compare one number, contains texts");
        }
        Some(Test { field: field.to_owned(), op, values })
    }

    fn holds(&self, card: &Card, facts: Facts) -> bool {
        let exists = || self.number(card, facts).is_some() || !self.texts(card).is_empty();
        match self.op {
            Op::Is => self.is(card, facts),
            Op::IsNot => !self.is(card, facts),
            Op::Exists => exists(),
            Op::Missing => !exists(),
            Op::Contains => self.any(card, contains),
            op => {
                let Some((value, bound)) = self.number(card, facts).zip(self.bound(facts, 0)) else {
                    return false;
                };
                match op {
                    Op::Less => value < bound,
                    Op::LessOrEqual => value <= bound,
                    Op::Greater => value > bound,
                    _ => value >= bound,
                }
            }
        }
    }

    fn any(&self, card: &Card, same: fn(&str, &str) -> bool) -> bool {
        let mut values = self.values.iter().filter_map(Value::as_str);
        values.any(|wanted| self.texts(card).iter().any(|text| same(text, wanted)))
    }

    fn is(&self, card: &Card, facts: Facts) -> bool {
        if let Some(value) = self.number(card, facts) {
            return (0..self.values.len()).any(|at| self.bound(facts, at) == Some(value));
        }
        let exact = self.field == "id";
        self.any(card, if exact { |one, other| one == other } else { str::eq_ignore_ascii_case })
    }

    fn number(&self, card: &Card, facts: Facts) -> Option<f64> {
        match self.field.as_str() {
            "price" => card.price,
            "discount" => {
                let (price, before) = card.price.zip(card.list_price.filter(|before| *before > 0.0))?;
                Some((1.0 - price / before) * 100.0)
            }
            "stock" => card.stock.map(f64::from),
            "age" => card.added.map(|added| facts.now.saturating_sub(added) as f64 / DAY as f64),
            "margin" => card.margin.map(f64::from),
            _ => None,
        }
    }

    /// The value to compare with; of margins its place among the thresholds the trainer knew.
    fn bound(&self, facts: Facts, at: usize) -> Option<f64> {
        let value = self.values.get(at)?.as_f64()?;
        if self.field != "margin" {
            return Some(value);
        }
        let place = position_among(facts.margin_cuts, value);
        // An even place lies between thresholds: the trainer did not know this one.
        (place % 2 == 1).then(|| f64::from(place))
    }

    fn texts<'a>(&self, card: &'a Card) -> &'a [String] {
        match self.field.as_str() {
            "id" => core::slice::from_ref(&card.id),
            "title" => core::slice::from_ref(&card.title),
            name => card.attribute(name),
        }
    }
}

/// Whether a text has another at the start of a word, letters A to Z in either case: `Shirts` has
/// `shirt`, `XL` has no `L`.
fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let begins = |at: usize| at == 0 || !(text[at - 1].is_ascii_alphanumeric() || text[at - 1] > 127);
    let mut windows = text.windows(part.len().max(1)).enumerate();
    windows.any(|(at, window)| window.eq_ignore_ascii_case(part) && begins(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            id: "AT-1".into(),
            title: "Navy oxford shirt".into(),
            price: Some(75.0),
            list_price: Some(100.0),
            stock: Some(3),
            added: Some(10 * DAY),
            margin: Some(2),
            attributes: vec![
                ("brand".into(), vec!["Anhor".into()]),
                ("category".into(), vec!["Clothing".into(), "Shirts".into()]),
                ("size".into(), vec!["40".into(), "42".into()]),
            ],
            ..Card::default()
        }
    }

    fn holds(json: &str) -> bool {
        let mut problems = Problems::default();
        let condition = Condition::read(&serde_json::from_str(json).unwrap(), "x", &mut problems);
        assert_eq!(problems.0, Vec::<String>::new(), "{json}");
        condition.unwrap().holds(&card(), Facts { now: 40 * DAY, margin_cuts: &[0.1, 0.4] })
    }

    #[test]
    fn what_holds_and_what_does_not() {
        for (json, expected) in [
            (r#"{"field":"brand","op":"eq","value":"anhor"}"#, true),
            (r#"{"field":"brand","value":["Karvon","Anhor"]}"#, true),
            (r#"{"field":"brand","op":"ne","value":"Anhor"}"#, false),
            (r#"{"field":"brand","op":"nin","value":["Karvon"]}"#, true),
            (r#"{"field":"material","op":"ne","value":"wool"}"#, true),
            (r#"{"field":"material","op":"eq","value":"wool"}"#, false),
            (r#"{"field":"category","op":"contains","value":"shirt"}"#, true),
            (r#"{"field":"title","op":"contains","value":"OXFORD"}"#, true),
            (r#"{"field":"title","op":"contains","value":"ford"}"#, false),
            (r#"{"field":"title","op":"contains","value":""}"#, false),
            (r#"{"id":"AT-1"}"#, true),
            (r#"{"field":"size","op":"in","value":[42]}"#, true),
            (r#"{"field":"id","op":"eq","value":"at-1"}"#, false),
            (r#"{"field":"product","value":"AT-1"}"#, true),
            (r#"{"field":"price","op":"lt","value":75}"#, false),
            (r#"{"field":"price","op":"lte","value":75}"#, true),
            (r#"{"field":"price","op":"in","value":[1,75]}"#, true),
            (r#"{"field":"discount","op":"gte","value":25}"#, true),
            (r#"{"field":"stock","op":"gt","value":3}"#, false),
            (r#"{"field":"age","op":"lte","value":30}"#, true),
            (r#"{"field":"color","op":"exists"}"#, false),
            (r#"{"field":"color","op":"exists","value":false}"#, true),
            (r#"{"all":[{"field":"price","op":"gt","value":50},{"field":"brand","value":"Anhor"}]}"#, true),
            (r#"{"all":[{"field":"price","op":"gt","value":80},{"field":"brand","value":"Anhor"}]}"#, false),
            (r#""AT-1""#, true),
            (r#""AT-2""#, false),
            // Place 2 lies between the thresholds 0.1 and 0.4.
            (r#"{"field":"margin","op":"gt","value":0.1}"#, true),
            (r#"{"field":"margin","op":"gte","value":0.4}"#, false),
            (r#"{"field":"margin","op":"lt","value":0.4}"#, true),
            // The trainer did not know this threshold: nothing can be said.
            (r#"{"field":"margin","op":"lt","value":0.9}"#, false),
        ] {
            assert_eq!(holds(json), expected, "{json}");
        }
    }

    #[test]
    fn a_wrong_condition_is_told_and_left_out() {
        for (json, mend) in [
            (r#"{"op":"eq","value":1}"#, "x.field"),
            (r#"{"brand":"Anhor"}"#, "x.field"),
            ("[]", "x.field"),
            (r#"{"field":"brand","op":"like","value":"a"}"#, "x.op must be eq"),
            (r#"{"field":"brand","op":"lt","value":"a"}"#, "x.op does not fit"),
            (r#"{"field":"price","op":"lt","value":"cheap"}"#, "x.value must be a number"),
            (r#"{"field":"brand","op":"eq","value":{}}"#, "x.value must be text"),
            (r#"{"field":"price","op":"contains","value":1}"#, "x.op does not fit"),
            (r#"{"all":[]}"#, "x.all"),
        ] {
            let mut problems = Problems::default();
            assert!(Condition::read(&serde_json::from_str(json).unwrap(), "x", &mut problems).is_none());
            assert_eq!(problems.0.len(), 1, "{json}");
            assert!(problems.0[0].starts_with(&format!("site.json: {mend}")), "{}", problems.0[0]);
        }
    }
}
