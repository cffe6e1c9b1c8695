//! Models from a file: last year's, another shop's, a published fit.

use crate::TrainError;
use serde::Deserialize;
use std::path::Path;
use tanish::score::{BetaGeo, GammaGamma, Model};

/// Largest file read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// Models given rather than fitted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Params {
    /// BG/NBD.
    pub bgnbd: Option<BetaGeo>,
    /// MBG/NBD.
    pub mbgnbd: Option<BetaGeo>,
    /// Gamma-Gamma.
    pub gammagamma: Option<GammaGamma>,
}

/// The `models` of a score report, or a whole report; what else is there is not looked at.
#[derive(Deserialize)]
struct File {
    models: Option<Models>,
    #[serde(flatten)]
    bare: Models,
}

#[derive(Deserialize)]
struct Models {
    bgnbd: Option<Given<Bought>>,
    mbgnbd: Option<Given<Bought>>,
    gammagamma: Option<Given<Spent>>,
}

#[derive(Deserialize)]
struct Given<T> {
    params: Option<T>,
}

#[derive(Deserialize)]
struct Bought {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

#[derive(Deserialize)]
struct Spent {
    p: f64,
    q: f64,
    v: f64,
}

impl Params {
    /// Reads a file of `{"mbgnbd": {"params": {r, alpha, a, b}}, "bgnbd": …, "gammagamma": {"params":
    /// {p, q, v}}}`, each of them optional, or what `tanish score --json` printed.
    ///
    /// # Errors
    /// A file that cannot be read, is no such JSON, names no model, or a parameter that is not positive.
    pub fn read(path: &Path) -> Result<Params, TrainError> {
        let file = path.display().to_string();
        let failed = |source| TrainError::Read { file: file.clone(), source };
        if std::fs::metadata(path).map_err(failed)?.len() > MAX_FILE {
            return Err(wrong(&file, "it is larger than 4 MB".into()));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let read: File = serde_json::from_str(&text).map_err(|error| wrong(&file, error.to_string()))?;
        let models = read.models.unwrap_or(read.bare);
        let bought = |name: &str, model: Model, given: Option<Given<Bought>>| {
            let Some(Bought { r, alpha, a, b }) = given.and_then(|given| given.params) else {
                return Ok(None);
            };
            let read = BetaGeo::new(model, [r, alpha, a, b]);
            read.map(Some).ok_or_else(|| wrong(&file, format!("{name}: r, alpha, a and b must be positive")))
        };
        let params = Params {
            bgnbd: bought("bgnbd", Model::BgNbd, models.bgnbd)?,
            mbgnbd: bought("mbgnbd", Model::MbgNbd, models.mbgnbd)?,
            gammagamma: match models.gammagamma.and_then(|given| given.params) {
                None => None,
                Some(Spent { p, q, v }) => {
                    let reason = || wrong(&file, "gammagamma: p, q and v must be positive".into());
                    Some(GammaGamma::new([p, q, v]).ok_or_else(reason)?)
                }
            },
        };
        if params == Params::default() {
            let reason =
                r#"it names no model, as in {"mbgnbd":{"params":{"r":0.5,"alpha":6.2,"a":0.9,"b":1.6}}}"#;
            return Err(wrong(&file, reason.into()));
        }
        Ok(params)
    }

    /// The given model of a kind.
    pub(crate) fn of(&self, model: Model) -> Option<BetaGeo> {
        match model {
            Model::BgNbd => self.bgnbd,
            Model::MbgNbd => self.mbgnbd,
        }
    }
}

fn wrong(file: &str, reason: String) -> TrainError {
    TrainError::Option { option: "--params", reason: format!("{file}: {reason}") }
}
