//! A file as a good static server sends it: compressed, and not at all where the browser still has it.

use super::Mount;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

/// A file's tag and its compressed form, kept as long as its content.
pub struct Encoded {
    tag: String,
    brotli: Vec<u8>,
}

impl Encoded {
    /// Compresses with brotli at its best, as a CDN does once.
    pub fn new(bytes: &[u8]) -> Self {
        let mut brotli = Vec::new();
        let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        if brotli::BrotliCompress(&mut &*bytes, &mut brotli, &params).is_err() {
            brotli.clear();
        }
        Self { tag: tag(bytes), brotli }
    }

    /// Whether it was made of these bytes.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        self.tag == tag(bytes)
    }
}

fn tag(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The file a path names below a mount.
pub fn locate(mount: &Mount, path: &str) -> Option<PathBuf> {
    let below = path.strip_prefix(&mount.path)?;
    let relative = Path::new(below);
    if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = mount.folder.join(relative);
    let file = if below.is_empty() || below.ends_with('/') { file.join("index.html") } else { file };
    file.is_file().then_some(file)
}

/// The answer to a request for a file that exists.
pub fn respond(
    file: &Path,
    bytes: Vec<u8>,
    encoded: &Encoded,
    request: &HeaderMap,
) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(file)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&encoded.tag) {
        headers.insert(header::ETAG, tag);
    }
    if request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == encoded.tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers, Vec::new());
    }
    // As RFC 9110 has it: a part of the bytes as they are, so nothing is compressed.
    if let Some((start, end)) = request.get(header::RANGE).and_then(|range| part(range, bytes.len())) {
        let told = format!("bytes {start}-{}/{}", end - 1, bytes.len());
        if let Ok(told) = HeaderValue::from_str(&told) {
            headers.insert(header::CONTENT_RANGE, told);
        }
        return (StatusCode::PARTIAL_CONTENT, headers, bytes[start..end].to_vec());
    }
    let accepts =
        request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let shrinks = !encoded.brotli.is_empty() && encoded.brotli.len() < bytes.len();
    if shrinks && accepts.split(',').any(|name| name.trim() == "br") {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        return (StatusCode::OK, headers, encoded.brotli.clone());
    }
    (StatusCode::OK, headers, bytes)
}

/// First byte of `bytes=from-to` and the byte after its last, where the file has any of them.
fn part(range: &HeaderValue, size: usize) -> Option<(usize, usize)> {
    let (from, to) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to && from < size).then(|| (from, size.min(to.saturating_add(1))))
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// A file whose name, or whose folder's, holds the hash of a content never changes; everything else is asked
/// for again.
fn cache_control(file: &Path) -> &'static str {
    let is_hash = |part: &str| part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = |name: &std::ffi::OsStr| name.to_string_lossy().split(['.', '-', '_']).any(is_hash);
    let parts = [file.file_name(), file.parent().and_then(Path::file_name)];
    if parts.into_iter().flatten().any(named) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), "{}").unwrap();
        std::fs::write(folder.path().join("index.html"), "").unwrap();
        let mount = Mount::new("/t/", folder.path());
        assert!(locate(&mount, "/t/a.json").is_some());
        assert!(locate(&mount, "/t/").is_some());
        assert!(locate(&mount, "/a.json").is_none());
        let up = format!("/t/../{}/a.json", folder.path().file_name().unwrap().to_string_lossy());
        assert!(locate(&mount, &up).is_none());
        assert!(locate(&mount, "/t//etc/passwd").is_none());
    }

    #[test]
    fn a_range_is_a_part_of_the_plain_bytes() {
        let bytes = b"tanish ".repeat(100);
        let encoded = Encoded::new(&bytes);
        let mut request = HeaderMap::new();
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        for (range, expected) in [("bytes=0-5", 0..6), ("bytes=695-900", 695..700)] {
            request.insert(header::RANGE, HeaderValue::from_static(range));
            let (status, headers, body) = respond(Path::new("a.pack"), bytes.clone(), &encoded, &request);
            assert_eq!((status, &body[..]), (StatusCode::PARTIAL_CONTENT, &bytes[expected]));
            assert!(!headers.contains_key(header::CONTENT_ENCODING));
        }
        for range in ["bytes=900-901", "bytes=5-1", "pages=1-2"] {
            request.insert(header::RANGE, HeaderValue::from_static(range));
            assert_eq!(respond(Path::new("a.pack"), bytes.clone(), &encoded, &request).0, StatusCode::OK);
        }
    }

    #[test]
    fn hashed_names_are_immutable() {
        assert!(cache_control(Path::new("tanish.0123456789abcdef.wasm")).contains("immutable"));
        assert!(cache_control(Path::new("model/0123456789abcdef/r0.bin")).contains("immutable"));
        assert_eq!(cache_control(Path::new("site.json")), "no-cache");
    }

    #[test]
    fn a_known_tag_saves_the_body_and_text_shrinks() {
        let bytes = b"tanish ".repeat(100);
        let encoded = Encoded::new(&bytes);
        let mut request = HeaderMap::new();
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br, zstd"));
        let (status, headers, body) = respond(Path::new("a.js"), bytes.clone(), &encoded, &request);
        assert_eq!(
            (status, headers[header::CONTENT_ENCODING].as_bytes()),
            (StatusCode::OK, b"br".as_slice())
        );
        assert!(body.len() < 100);
        request.insert(header::IF_NONE_MATCH, headers[header::ETAG].clone());
        let (status, _, body) = respond(Path::new("a.js"), bytes, &encoded, &request);
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
}
