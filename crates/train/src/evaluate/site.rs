//! A site folder as the page reads it.

use super::cases::Case;
use super::deeds::{Deed, Deeds};
use crate::TrainError;
use crate::input::events::Action;
use crate::measure::AT;
use std::collections::HashMap;
use std::path::Path;
use tanish::recommend::{Kind, Library, Query, recommend};
use tanish::visitor::{self, HistoryEntry};

/// A site folder's model and catalogue, and the products by their ids.
pub(super) struct Site {
    /// Content by name, relative to the site folder.
    files: HashMap<String, Vec<u8>>,
    products: HashMap<String, u32>,
}

/// One page: it fetches from the site what it needs, and keeps it.
pub(super) struct Page<'a> {
    site: &'a Site,
    library: Library,
}

/// A page is through in fewer rounds of fetching than this.
const MAX_ROUNDS: usize = 16;

impl Site {
    /// Reads every file.
    pub fn open(out: &Path, deeds: &Deeds) -> Result<Site, TrainError> {
        let mut files = HashMap::new();
        for family in ["model", "catalog"] {
            let (generations, entries): (Vec<_>, Vec<_>) =
                inside(&out.join(family))?.into_iter().partition(|path| path.is_dir());
            let mut all = entries;
            for generation in generations {
                all.extend(inside(&generation)?);
            }
            for file in all {
                let failed = |source| TrainError::Read { file: file.display().to_string(), source };
                let bytes = std::fs::read(&file).map_err(failed)?;
                let name = file.strip_prefix(out).unwrap_or(&file).to_string_lossy().replace('\\', "/");
                files.insert(name, bytes);
            }
        }
        let products =
            (0..deeds.products.len() as u32).map(|n| (deeds.products.name(n).to_owned(), n)).collect();
        Ok(Site { files, products })
    }

    pub fn page(&self) -> Page<'_> {
        Page { site: self, library: Library::default() }
    }
}

impl Page<'_> {
    /// Its list for a case.
    pub fn rank(&mut self, case: &Case<'_>) -> Result<Vec<u32>, TrainError> {
        let (query, history) = asked(case);
        for _ in 0..MAX_ROUNDS {
            let needs: Vec<String> = match recommend(&query, &history, &self.library) {
                Ok(items) => {
                    let number = |id: &String| self.site.products.get(id).copied();
                    return Ok(items.iter().filter_map(|item| number(&item.card.id)).collect());
                }
                Err(needs) => needs.into_iter().map(|request| request.name.to_string()).collect(),
            };
            for name in needs {
                let bytes = self.site.files.get(&name).cloned();
                self.library.put(&name, bytes).map_err(|source| TrainError::Encode { name, source })?;
            }
        }
        let endless = std::io::Error::other("the page asks for files without end");
        Err(TrainError::Read { file: "the site folder".into(), source: endless })
    }
}

/// A case as the page is asked it.
fn asked(case: &Case<'_>) -> (Query, Vec<HistoryEntry>) {
    let name = |product: u32| case.deeds.products.name(product);
    let entry = |deed: &Deed| {
        let action = match deed.action {
            Action::View => visitor::Action::View,
            Action::Cart => visitor::Action::Cart,
            Action::Purchase => visitor::Action::Purchase,
        };
        let mut entry = HistoryEntry::new(name(deed.product), u64::try_from(deed.at).unwrap_or(0), action);
        if action == visitor::Action::Purchase {
            entry.order = Some(deed.session.to_string());
        }
        entry
    };
    let history: Vec<HistoryEntry> = case.known.iter().map(entry).collect();
    let query = Query {
        limit: AT,
        product: case.viewed.map(|product| name(product).to_owned()),
        exclude: case.excluded.iter().map(|&product| name(product).to_owned()).collect(),
        ..Query::new(Kind::ForYou, history.last().map_or(0, |entry| entry.at))
    };
    (query, history)
}

/// Files and folders of a folder, by name.
fn inside(folder: &Path) -> Result<Vec<std::path::PathBuf>, TrainError> {
    let failed = |source| TrainError::Read { file: folder.display().to_string(), source };
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        inside.push(entry.map_err(failed)?.path());
    }
    inside.sort();
    Ok(inside)
}
