//! Writing a site folder so that a reader never meets half of it.
//!
//! Shards go into folders of their generation's name, made under another name and renamed when they are
//! whole; the entries, which alone say what is current, are renamed into place last. A run that fails
//! before leaves the old site as it was. `.lock` lets one run at a time write.

use super::Site;
use crate::{Phase, Progress, TrainError};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tanish::model::{CatalogEntry, Entry, Name};

/// What was written.
pub(crate) struct Published {
    /// Model and catalogue files of the new generations, entries included.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files of the widget copied in.
    pub widget: Vec<String>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Writes `site` into `out`.
///
/// # Errors
/// The first file that cannot be written.
pub(crate) fn publish(
    site: &Site,
    out: &Path,
    widget: Option<&Path>,
    currency: Option<&str>,
    progress: &mut dyn Progress,
) -> Result<Published, TrainError> {
    let total = (site.shards.len() + site.entries.len()) as u64;
    progress.begin(Phase::Write, Some(total));
    make(out)?;
    let _lock = lock(out)?;
    let old = current(out);
    let new = generations(site);
    let (mut files, mut bytes) = (0, 0);
    for generation in &new {
        let folder = out.join(generation);
        let inside: Vec<_> = site.shards.iter().filter(|(name, _)| folder_of(name) == *generation).collect();
        let staged = out.join(staging(generation));
        if !is_whole(&folder, &inside) {
            remove(&staged)?;
            make(&staged)?;
            for (name, content) in &inside {
                let name = name.to_string();
                let file = Path::new(&name).file_name().unwrap_or_default();
                write(&staged.join(file), content)?;
                files += 1;
                progress.at(files);
            }
            settle(&staged)?;
            // What stands in the way is of this very name, so whatever it holds is meant to be the same.
            remove(&folder)?;
            fs::rename(&staged, &folder).map_err(failed(&folder))?;
        }
        folder.parent().map_or(Ok(()), settle)?;
        bytes += inside.iter().map(|(_, content)| content.len() as u64).sum::<u64>();
    }
    let mut notes = Vec::new();
    let widget = copy_widget(widget, out, &mut notes)?;
    write_new(&out.join("site.json"), &site_json(currency, &site.languages))?;
    write_new(&out.join("campaigns.json"), &json!({ "features": {}, "experiments": [] }))?;
    for (name, content) in &site.entries {
        replace(&out.join(name.to_string()), content)?;
        bytes += content.len() as u64;
    }
    for (name, _) in &site.entries {
        out.join(name.to_string()).parent().map_or(Ok(()), settle)?;
    }
    progress.at(total);
    prune(out, &old, &new)?;
    Ok(Published { files: total, bytes, widget, notes })
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
fn is_whole(folder: &Path, inside: &[&(Name, Vec<u8>)]) -> bool {
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

fn generations(site: &Site) -> BTreeSet<String> {
    site.shards.iter().map(|(name, _)| folder_of(name)).collect()
}

/// The generations that the entries in `out` name now.
fn current(out: &Path) -> BTreeSet<String> {
    let read = |name: Name| fs::read(out.join(name.to_string())).ok();
    let model = read(Name::Entry).and_then(|bytes| Entry::decode(&bytes).ok());
    let catalog = read(Name::CatalogEntry).and_then(|bytes| CatalogEntry::decode(&bytes).ok());
    let model = model.map(|entry| format!("model/{}", entry.generation));
    model.into_iter().chain(catalog.map(|entry| format!("catalog/{}", entry.generation))).collect()
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

/// Copies `tanish.*.wasm`, `engine.js` and `tanish.js` from `widget`, scripts last: an old script goes on
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
    names.extend(
        ["engine.js", "tanish.js"].into_iter().filter(|name| widget.join(name).is_file()).map(str::to_owned),
    );
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
    let mut names: Vec<String> =
        names.filter(|name| name.starts_with("tanish.") && name.ends_with(".wasm")).collect();
    names.sort_unstable();
    names
}

/// Removes generations that are neither new nor were current until now: pages opened before this run may
/// still ask for the latter.
fn prune(out: &Path, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Result<(), TrainError> {
    for family in ["model", "catalog"] {
        let folder = out.join(family);
        for entry in fs::read_dir(&folder).map_err(failed(&folder))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path: PathBuf = entry.path();
            let generation = name.strip_prefix('.').unwrap_or(&name);
            let ours =
                generation.len() >= 8 && generation.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let whole = format!("{family}/{name}");
            if ours && path.is_dir() && !old.contains(&whole) && !new.contains(&whole) {
                remove(&path)?;
            }
        }
    }
    Ok(())
}
