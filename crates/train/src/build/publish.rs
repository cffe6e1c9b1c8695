//! Writing a site folder so that a reader never meets half of it.
//!
//! Shards go into folders of their generation's name, made under another name and renamed when they are
//! whole; the entries, which alone say what is current, are renamed into place last. A run that fails
//! before leaves the old site as it was. `.lock` lets one run at a time write.

use super::{Model, Site, cards};
use crate::options::Layout;
use crate::site::Folder;
use crate::{Options, Phase, Progress, TrainError};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tanish::model::{CatalogEntry, Entry, Name};

/// What was written.
pub(crate) struct Published {
    /// Model and catalogue files that are current now, entries included.
    pub files: u64,
    /// Their bytes, as far as they were written by this run.
    pub bytes: u64,
    /// Files of the widget copied in.
    pub widget: Vec<String>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// How a site is published.
pub(crate) struct Publishing<'a> {
    out: &'a Path,
    widget: Option<&'a Path>,
    currency: Option<&'a str>,
    layout: Layout,
    /// Other runs wait for it.
    _lock: File,
}

impl<'a> Publishing<'a> {
    /// Makes the folder and keeps other runs out of it.
    ///
    /// # Errors
    /// A folder that cannot be made, or that another run writes.
    pub fn begin(options: &'a Options) -> Result<Publishing<'a>, TrainError> {
        make(&options.out)?;
        Ok(Publishing {
            out: &options.out,
            widget: options.widget.as_deref(),
            currency: options.currency.as_deref(),
            layout: options.layout,
            _lock: lock(&options.out)?,
        })
    }

    /// The site folder as it is.
    pub fn folder(&self) -> Folder {
        Folder::new(self.out)
    }
}

/// Writes `site` into the folder.
///
/// # Errors
/// The first file that cannot be written.
pub(crate) fn publish(
    site: &Site,
    publishing: &Publishing<'_>,
    progress: &mut dyn Progress,
) -> Result<Published, TrainError> {
    let Publishing { out, widget, currency, layout, .. } = *publishing;
    let folder = publishing.folder();
    let before = (folder.entry(), folder.catalog());
    // Renewed cards are laid out as they were.
    let layout = match (&site.model, &before.1) {
        (None, Some(catalog)) if catalog.pack > 0 => Layout::Packed,
        (None, Some(_)) => Layout::Files,
        _ => layout,
    };
    let entry = site.model.as_ref().map(|model| &model.entry).or(before.0.as_ref());
    let entry = entry.ok_or_else(|| TrainError::NoModel { out: out.display().to_string() })?;
    let catalog = cards::files(site, entry, &folder, layout)?;
    let of_model = site.model.as_ref().map_or(&[][..], |model| &model.files);
    let total = (of_model.len() + catalog.whole.len() + catalog.single.len() + 2) as u64;
    progress.begin(Phase::Write, Some(total));
    let mut writer = Writer { out, progress, files: 0, bytes: 0 };
    writer.generation(of_model)?;
    writer.generation(&catalog.whole)?;
    for (name, content) in &catalog.single {
        writer.single(name, content)?;
    }
    settle(&out.join(folder_of(&catalog.entry.top())))?;
    let mut notes = Vec::new();
    let widget = copy_widget(widget, out, &mut notes)?;
    write_new(&out.join("site.json"), &site_json(currency, &site.languages))?;
    write_new(&out.join("campaigns.json"), &json!({ "features": {}, "experiments": [] }))?;
    if let Some(Model { entry, .. }) = &site.model {
        let content = entry.encode().map_err(super::encoding("model/entry.bin"))?;
        writer.single(&Name::Entry, &content)?;
        settle(&out.join("model"))?;
    }
    let content = catalog.entry.encode().map_err(super::encoding("catalog/entry.bin"))?;
    writer.single(&Name::CatalogEntry, &content)?;
    settle(&out.join("catalog"))?;
    writer.progress.at(total);
    let (files, bytes) = (writer.files, writer.bytes);
    prune(out, &before, &(Some(entry.clone()), Some(catalog.entry)))?;
    Ok(Published { files, bytes, widget, notes })
}

/// Writes files and counts them.
struct Writer<'a> {
    out: &'a Path,
    progress: &'a mut dyn Progress,
    /// Written or found as they should be.
    files: u64,
    /// Written.
    bytes: u64,
}

impl Writer<'_> {
    /// Writes the files of one generation, at one stroke: all, or none where all are there.
    fn generation(&mut self, files: &[(Name, Vec<u8>)]) -> Result<(), TrainError> {
        let Some((first, _)) = files.first() else { return Ok(()) };
        let generation = folder_of(first);
        let (folder, staged) = (self.out.join(&generation), self.out.join(staging(&generation)));
        self.files += files.len() as u64;
        if !is_whole(&folder, files) {
            remove(&staged)?;
            make(&staged)?;
            for (done, (name, content)) in (1..).zip(files) {
                let name = name.to_string();
                let file = Path::new(&name).file_name().unwrap_or_default();
                write(&staged.join(file), content)?;
                self.bytes += content.len() as u64;
                self.progress.at(done);
            }
            settle(&staged)?;
            // What stands in the way is of this very name, so whatever it holds is meant to be the same.
            remove(&folder)?;
            fs::rename(&staged, &folder).map_err(failed(&folder))?;
        }
        folder.parent().map_or(Ok(()), settle)
    }

    /// Writes a file at one stroke, unless it is there as it should be.
    fn single(&mut self, name: &Name, content: &[u8]) -> Result<(), TrainError> {
        let path = self.out.join(name.to_string());
        self.files += 1;
        if fs::read(&path).is_ok_and(|there| there == content) {
            return Ok(());
        }
        self.bytes += content.len() as u64;
        path.parent().map_or(Ok(()), make)?;
        replace(&path, content)
    }
}

/// Keeps other runs from writing into `out` at the same time, as long as the file lives.
fn lock(out: &Path) -> Result<File, TrainError> {
    let path = out.join(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(TrainError::Busy { out: out.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(&path)(source)),
    }
}

/// Whether a generation's folder has all its files in their full length. Its name is a hash of their
/// content, so the length tells what a crash or a half-done copy left behind.
fn is_whole(folder: &Path, inside: &[(Name, Vec<u8>)]) -> bool {
    inside.iter().all(|(name, content)| {
        let name = name.to_string();
        let file = folder.join(Path::new(&name).file_name().unwrap_or_default());
        fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() == content.len() as u64)
    })
}

/// Has the system keep a folder's names, so that no power cut leaves an entry that names what is not there.
/// Only Unix lets folders be opened for that.
fn settle(folder: &Path) -> Result<(), TrainError> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
    } else {
        Ok(())
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> TrainError + '_ {
    move |source| TrainError::Write { path: path.display().to_string(), source }
}

/// The folder of a shard, relative to the site: `model/<generation>`.
fn folder_of(name: &Name) -> String {
    let name = name.to_string();
    name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
}

/// Where a folder is made before it is whole: `model/.<generation>`.
fn staging(generation: &str) -> String {
    generation.replacen('/', "/.", 1)
}

fn make(folder: &Path) -> Result<(), TrainError> {
    fs::create_dir_all(folder).map_err(failed(folder))
}

fn remove(folder: &Path) -> Result<(), TrainError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(folder)(error)),
        _ => Ok(()),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), TrainError> {
    let mut file = File::create(path).map_err(failed(path))?;
    file.write_all(content).and_then(|()| file.sync_data()).map_err(failed(path))
}

/// Replaces a file at one stroke.
fn replace(path: &Path, content: &[u8]) -> Result<(), TrainError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let staged = path.with_file_name(format!(".{name}.new"));
    write(&staged, content)?;
    fs::rename(&staged, path).map_err(failed(path))
}

/// Writes a file of the shop's own unless there is one.
fn write_new(path: &Path, content: &Value) -> Result<(), TrainError> {
    if path.exists() {
        return Ok(());
    }
    replace(path, format!("{content:#}\n").as_bytes())
}

fn site_json(currency: Option<&str>, languages: &[String]) -> Value {
    let mut site = Map::new();
    site.insert("version".into(), json!(1));
    if let Some(currency) = currency {
        site.insert("currency".into(), json!(currency));
    }
    if !languages.is_empty() {
        site.insert("languages".into(), json!(languages));
    }
    Value::Object(site)
}

/// The widget's scripts; the entry, which names all else, last.
const SCRIPTS: [&str; 5] = ["banner.js", "consent.js", "engine.js", "permission.js", "tanish.js"];

/// What the names of the small and the full module begin with.
const MODULES: [&str; 2] = ["tanish.", "tanish-full."];

/// Copies the modules and [`SCRIPTS`] from `widget`, scripts last: an old script goes on
/// meeting its own module, which is removed only when a later script has replaced the one that names it.
fn copy_widget(
    widget: Option<&Path>,
    out: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<String>, TrainError> {
    let Some(widget) = widget else { return Ok(Vec::new()) };
    make(out)?;
    let before = fs::read_to_string(out.join("tanish.js")).unwrap_or_default();
    let mut names = modules(widget);
    names.extend(SCRIPTS.into_iter().filter(|name| widget.join(name).is_file()).map(str::to_owned));
    for name in &names {
        let from = widget.join(name);
        let content = fs::read(&from)
            .map_err(|source| TrainError::Read { file: from.display().to_string(), source })?;
        replace(&out.join(name), &content)?;
    }
    if !names.iter().any(|name| name == "tanish.js") {
        notes.push(format!(
            "no tanish.js in {}: build the widget, then train again or copy it in",
            widget.display()
        ));
        return Ok(names);
    }
    for old in
        modules(out).into_iter().filter(|name| !names.contains(name) && !before.contains(name.as_str()))
    {
        let old = out.join(old);
        fs::remove_file(&old).map_err(failed(&old))?;
    }
    Ok(names)
}

/// The Wasm modules in a folder, by name.
fn modules(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| MODULES.iter().any(|module| name.starts_with(module)) && name.ends_with(".wasm"))
        .collect();
    names.sort_unstable();
    names
}

/// Removes what neither the entries before this run name nor those of now: pages opened before it may
/// still ask for what was current then.
fn prune(
    out: &Path,
    before: &(Option<Entry>, Option<CatalogEntry>),
    now: &(Option<Entry>, Option<CatalogEntry>),
) -> Result<(), TrainError> {
    let mut folders = BTreeSet::new();
    let mut singles = BTreeSet::new();
    for (model, catalog) in [before, now] {
        folders.extend(model.iter().map(|entry| entry.generation.clone()));
        if let Some(catalog) = catalog {
            folders.insert(catalog.generation.clone());
            singles.insert(catalog.top().to_string());
            singles.extend(catalog.patches.iter().map(|patch| catalog.cards(patch.shard).to_string()));
        }
    }
    for family in ["model", "catalog"] {
        for (name, path) in entries(&out.join(family))? {
            let generation = name.strip_prefix('.').unwrap_or(&name);
            let ours =
                generation.len() >= 8 && generation.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            if !ours || !path.is_dir() {
                continue;
            }
            if !folders.contains(&name) {
                remove(&path)?;
                continue;
            }
            // Of the files that joined a folder later, and of writing them, only the current stay.
            for (file, path) in entries(&path)? {
                let late = file.contains('-') && file.ends_with(".bin") || file.ends_with(".new");
                if late && !singles.contains(&format!("{family}/{name}/{file}")) {
                    fs::remove_file(&path).map_err(failed(&path))?;
                }
            }
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, TrainError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(failed(folder))?.flatten();
    Ok(entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect())
}
