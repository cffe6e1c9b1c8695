//! Files of the shop and of the site folder, and the headers every answer carries.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::path::Path;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

/// No inline script or style, nothing from elsewhere, no text that becomes markup.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// A name with a hash in it never changes its bytes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// `/assets` and `/images`.
pub fn router(www: &Path) -> Router {
    Router::new()
        .nest_service("/assets", ServeDir::new(www.join("assets")))
        .nest_service("/images", ServeDir::new(www.join("images")))
}

/// `/tanish`: the site folder.
pub fn site(folder: &Path) -> Router {
    Router::new().nest_service("/tanish", ServeDir::new(folder))
}

/// Puts headers and compression round everything.
pub fn guard(app: Router) -> Router {
    app.layer(CompressionLayer::new()).layer(from_fn(headers))
}

async fn headers(request: Request, next: Next) -> Response {
    let kept = lifetime(request.uri().path());
    let mut response = next.run(request).await;
    let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    if let Some(kept) = kept.filter(|_| found) {
        headers.insert(CACHE_CONTROL, kept);
    }
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// How long a browser may keep what lies at a path; `None` where the page itself says.
fn lifetime(path: &str) -> Option<HeaderValue> {
    if path.starts_with("/images/") {
        return Some(A_DAY);
    }
    if path.starts_with("/assets/") {
        return Some(REVALIDATE);
    }
    let file = path.strip_prefix("/tanish/")?;
    Some(if hashed(file) { FOR_EVER } else { REVALIDATE })
}

/// Whether a path holds a content hash, in a folder's name or the file's: a part between slashes, dots
/// or dashes of 8 or more hex digits, at least one of them a digit.
fn hashed(path: &str) -> bool {
    path.split(['/', '.', '-', '_']).any(|part| {
        part.len() >= 8
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_files_are_kept_for_ever() {
        for file in [
            "tanish.0a1b2c3d4e5f6071.wasm",
            "model/00ff00ff12ab34cd/i0.bin",
            "catalog/0123456789abcdef/c12.bin",
        ] {
            assert!(hashed(file), "{file}");
        }
        for file in ["tanish.js", "site.json", "campaigns.json", "model/entry.bin", "catalog/entry.bin"] {
            assert!(!hashed(file), "{file}");
        }
        assert_eq!(lifetime("/tanish/model/0123456789abcdef/r0.bin"), Some(FOR_EVER));
        assert_eq!(lifetime("/tanish/tanish.js"), Some(REVALIDATE));
        assert_eq!(lifetime("/product/0123456789abcdef"), None);
    }
}
