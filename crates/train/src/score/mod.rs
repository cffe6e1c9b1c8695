//! What a shop's customers are worth: models fitted to all of them, scores for each.

mod fit;
mod ledger;
mod params;
mod quantile;
mod report;

pub use params::Params;
pub use report::{About, BoughtParams, Fit, Models, Row, Scores, SpentParams};

use crate::history::History;
use crate::{Options, Phase, Progress, TrainError, input};
use fit::{Misfit, Optimum, Sample, Spenders};
use ledger::{Account, accounts, day_of};
use quantile::quantile;
use tanish::score::{BetaGeo, Buying, Edges, GammaGamma, Lifetime, Model, Outlook, Past, Period, RfmScale};
use tanish::time::DAY;

/// From here on a customer is among the best fifth.
const BEST: f64 = 0.8;
/// Least money that is any.
const CENT: f64 = 0.01;

/// What scoring is asked to do.
#[derive(Debug, Clone)]
pub struct ScoreOptions {
    /// What to read, as for training; only orders, events, columns, preset and exclusions count.
    pub input: Options,
    /// Milliseconds since 1970: the day that holds it is the last whose orders count. Default: the newest.
    pub at: Option<i64>,
    /// The model that rows are scored by.
    pub model: Model,
    /// How far ahead, in which unit, at which discount.
    pub outlook: Outlook,
    /// Models not to be fitted.
    pub params: Params,
    /// From which sum spent `m` is 2, 3, 4 and 5; default: the quintiles of the customers.
    pub money: Option<[f64; 4]>,
}

/// A fitted or given model, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<T> {
    model: Result<T, String>,
    log_likelihood: Option<f64>,
    customers: usize,
    given: bool,
    at_bound: bool,
}

impl<T> Found<T> {
    fn told<P>(&self, params: impl Fn(&T) -> P) -> Fit<P> {
        let bound = "a parameter ran to its bound: the data hardly tell it from neighbours";
        Fit {
            params: self.model.as_ref().ok().map(params),
            log_likelihood: self.log_likelihood,
            customers: self.customers,
            given: self.given,
            reason: self.model.as_ref().err().cloned().or(self.at_bound.then(|| bound.to_owned())),
            correlation: None,
        }
    }

    fn ok(&self) -> Option<&T> {
        self.model.as_ref().ok()
    }
}

/// The models of a shop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    pub bgnbd: Found<BetaGeo>,
    pub mbgnbd: Found<BetaGeo>,
    pub gammagamma: Found<GammaGamma>,
    pub correlation: Option<f64>,
}

impl Fitted {
    /// Fits what is not given.
    fn new(buying: &[Buying], params: &Params) -> Fitted {
        let sample = Sample::of(buying.iter());
        let spenders = Spenders::of(buying.iter());
        let bought = |model: Model| {
            let likelihood = |params: &[f64]| sample.log_likelihood(model, params);
            let given = params.of(model);
            let found = given.map_or_else(|| sample.fit(model).map(Some), |_| Ok(None));
            let make = |params: &[f64]| BetaGeo::new(model, params.try_into().ok()?);
            settle(given, |given| likelihood(&given.params()), found, make, buying.len())
        };
        let given = params.gammagamma;
        let found = given.map_or_else(|| spenders.fit().map(Some), |_| Ok(None));
        let make = |params: &[f64]| GammaGamma::new(params.try_into().ok()?);
        let likelihood = |given: &GammaGamma| spenders.log_likelihood(&given.params());
        Fitted {
            bgnbd: bought(Model::BgNbd),
            mbgnbd: bought(Model::MbgNbd),
            gammagamma: settle(given, likelihood, found, make, spenders.len()),
            correlation: spenders.correlation(),
        }
    }

    fn model(&self, model: Model) -> Option<&BetaGeo> {
        match model {
            Model::BgNbd => self.bgnbd.ok(),
            Model::MbgNbd => self.mbgnbd.ok(),
        }
    }
}

/// The given model where there is one, else what was found.
fn settle<T>(
    given: Option<T>,
    likelihood: impl Fn(&T) -> f64,
    found: Result<Option<Optimum>, Misfit>,
    make: impl Fn(&[f64]) -> Option<T>,
    customers: usize,
) -> Found<T> {
    let finite = |number: f64| Some(number).filter(|number| number.is_finite());
    match (given, found) {
        (Some(model), _) => Found {
            log_likelihood: finite(likelihood(&model)),
            model: Ok(model),
            customers,
            given: true,
            at_bound: false,
        },
        (None, Ok(Some(Optimum { params, log_likelihood, at_bound }))) => Found {
            model: make(&params).ok_or_else(|| Misfit::NoMaximum.to_string()),
            log_likelihood: finite(log_likelihood),
            customers,
            given: false,
            at_bound,
        },
        (None, found) => {
            let misfit = found.err().unwrap_or(Misfit::NoMaximum);
            Found {
                model: Err(misfit.to_string()),
                log_likelihood: None,
                customers,
                given: false,
                at_bound: false,
            }
        }
    }
}

/// Reads orders (and events), fits the models and scores every customer.
///
/// # Errors
/// Options that make no sense, files that cannot be read at all, tables without a needed column, nothing
/// left after bad rows are set aside. Data too scarce for a model are no error: its scores are `None`, and
/// the report says why.
pub fn score(options: &ScoreOptions, progress: &mut dyn Progress) -> Result<Scores, TrainError> {
    options.input.check()?;
    let inputs = input::read_for(&options.input, true, progress)?;
    progress.begin(Phase::Count, None);
    let history = inputs.history;
    let newest = history.lines.iter().map(|line| line.at).max().unwrap_or_default();
    let today = day_of(options.at.unwrap_or(newest));
    let accounts = accounts(&history, today);
    let mut notes = remarks(&history, &inputs.orders);
    if accounts.is_empty() {
        notes.push("no customer bought until then: look at --at".into());
    }
    Ok(Shop::new(accounts, today, options).scores(&history, notes))
}

fn remarks(history: &History, orders: &input::ReadReport) -> Vec<String> {
    let mut notes = orders.notes.clone();
    if orders.bad_rows() > 0 {
        notes.push(format!("{} rows could not be used: {}", orders.bad_rows(), orders.blame()));
    }
    if orders.without_customer > 0 {
        notes.push(format!("{} order lines of nobody known", orders.without_customer));
    }
    let valued = history.lines.iter().any(|line| line.price > 0.0);
    if !valued {
        notes
            .push("no amounts: money is not scored; give amount, or quantity and price, by --columns".into());
    }
    notes
}

/// A customer on the way to a row.
struct Customer {
    account: Account,
    buying: Buying,
    lifetime: Lifetime,
}

/// All customers, and what is drawn from all of them.
struct Shop<'a> {
    options: &'a ScoreOptions,
    today: u64,
    fitted: Fitted,
    customers: Vec<Customer>,
    edges: Option<Edges>,
    scale: RfmScale,
}

impl<'a> Shop<'a> {
    fn new(accounts: Vec<Account>, today: u64, options: &'a ScoreOptions) -> Shop<'a> {
        let outlook = &options.outlook;
        let bought: Vec<(Account, Buying)> = accounts
            .into_iter()
            .filter_map(|account| {
                let buying = Buying::until(&account.days, today, outlook.period)?;
                Some((account, buying))
            })
            .collect();
        let all: Vec<Buying> = bought.iter().map(|(_, buying)| *buying).collect();
        let fitted = Fitted::new(&all, &options.params);
        let (model, spend) = (fitted.model(options.model).copied(), fitted.gammagamma.ok().copied());
        let customers: Vec<Customer> = bought
            .into_iter()
            .map(|(account, buying)| {
                let lifetime = Lifetime::of(&buying, model.as_ref(), spend.as_ref(), outlook);
                Customer { account, buying, lifetime }
            })
            .collect();
        let money = options.money.unwrap_or_else(|| {
            let spent = |share| quantile(customers.iter().map(|customer| customer.account.spent()), share);
            // Who spent nothing is of the first fifth, however many there are.
            [0.2, 0.4, 0.6, 0.8].map(|share| spent(share).unwrap_or_default().max(CENT))
        });
        let edges = edges(&customers);
        Shop { options, today, fitted, customers, edges, scale: RfmScale { money, ..RfmScale::default() } }
    }

    fn scores(&self, history: &History, notes: Vec<String>) -> Scores {
        let outlook = &self.options.outlook;
        let (mut rows, mut nameless) = (Vec::new(), 0u64);
        for customer in &self.customers {
            let name = history.people.name(customer.account.person);
            match name.starts_with('\u{1}') {
                true => nameless += 1,
                false => rows.push(self.row(name, customer)),
            }
        }
        let mut notes = notes;
        if nameless > 0 {
            notes.push(format!("{nameless} buyers known by their browser only are not listed"));
        }
        let at =
            i64::try_from(self.today * DAY).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        Scores {
            customers: rows,
            models: Models::of(&self.fitted),
            about: About {
                at: at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default(),
                period: match outlook.period {
                    Period::Day => "day",
                    Period::Week => "week",
                    Period::Month => "month",
                },
                model: self.options.model.name(),
                horizon: outlook.horizon,
                discount: outlook.discount,
                money: self.scale.money,
                notes,
            },
        }
    }

    fn row(&self, name: &str, customer: &Customer) -> Row {
        let Customer { account, buying, lifetime } = customer;
        let times: Vec<u64> = account.days.iter().map(|day| day.day * DAY).collect();
        let rfm = self.scale.score(&times, account.spent(), self.today * DAY);
        Row {
            customer_id: name.to_owned(),
            frequency: buying.frequency,
            recency: buying.recency,
            t: buying.t,
            monetary: buying.monetary,
            r: rfm.map_or(1, |rfm| rfm.recency),
            f: rfm.map_or(1, |rfm| rfm.frequency),
            m: rfm.map_or(1, |rfm| rfm.monetary),
            p_alive: lifetime.p_alive,
            expected_purchases: lifetime.purchases,
            expected_value: lifetime.value,
            clv: lifetime.clv,
            segments: past(account)
                .standings(lifetime, self.edges.as_ref())
                .into_iter()
                .map(|standing| standing.name().to_owned())
                .collect(),
        }
    }
}

fn past(account: &Account) -> Past {
    Past {
        days: account.days.len() as u32,
        reduced_days: account.reduced_days,
        sold: account.sold,
        returned: account.returned,
        cost: account.cost,
        budget: None,
    }
}

/// Where the best fifth begins; `None` where there is no lifetime value.
fn edges(customers: &[Customer]) -> Option<Edges> {
    let lifetimes = || customers.iter().map(|customer| &customer.lifetime);
    let clv = quantile(lifetimes().filter_map(|lifetime| lifetime.clv), BEST)?;
    let spend = |lifetime: &Lifetime| Some(lifetime.value? / lifetime.purchases?);
    let mut edges = Edges {
        clv,
        purchases: quantile(lifetimes().filter_map(|lifetime| lifetime.purchases), BEST)?,
        spend: quantile(lifetimes().filter_map(spend), BEST)?,
        potential: f64::INFINITY,
    };
    let others = lifetimes().filter(|lifetime| lifetime.clv.is_some_and(|value| value < clv));
    let growth = quantile(others.filter_map(|lifetime| edges.growth(lifetime, None)), BEST);
    edges.potential = growth.unwrap_or(f64::INFINITY);
    Some(edges)
}
