//! A request's body, whole: bounded in bytes, packed and unpacked, and in time.

use crate::event::Fault;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::time::Duration;

/// A client that needs longer is too slow, or means harm.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a body is not read.
pub type Refusal = (StatusCode, Fault);

/// Reads a JSON body of at most `limit` bytes, which holds for the packed and the unpacked form.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    check_type(headers)?;
    let gzipped = is_gzipped(headers)?;
    let bytes = match tokio::time::timeout(PATIENCE, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => bytes,
        // What else can fail here is the connection itself, and then nobody reads the answer.
        Ok(Err(_)) => return Err(too_large(limit)),
        Err(_) => {
            let message = format!("the body did not arrive within {} s", PATIENCE.as_secs());
            return Err((StatusCode::REQUEST_TIMEOUT, Fault::whole("", message)));
        }
    };
    if gzipped { unpack(&bytes, limit) } else { Ok(bytes.into()) }
}

/// Bytes that [`read`] may hold of a body, known before the first of them is here: what the client
/// announces, or else the limit, and the unpacked form of a packed one.
pub fn cost(headers: &HeaderMap, limit: usize) -> usize {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let received = announced.unwrap_or(limit).min(limit);
    if headers.contains_key(CONTENT_ENCODING) { received.saturating_add(limit) } else { received }
}

/// `text/plain` is what `sendBeacon` sends without asking the server first; absent is as good.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = value.to_str().unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if matches!(essence.as_str(), "" | "application/json" | "text/plain") {
        return Ok(());
    }
    let message = "the content type must be application/json or text/plain";
    Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, Fault::whole("", message)))
}

fn is_gzipped(headers: &HeaderMap) -> Result<bool, Refusal> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim());
    match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity") => Ok(false),
        Some("gzip" | "x-gzip") => Ok(true),
        Some(_) => {
            let message = "the content encoding must be gzip, or none";
            Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, Fault::whole("", message)))
        }
    }
}

/// Stops one byte behind the limit: a gzip bomb costs no more than an honest body.
fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::with_capacity(packed.len().saturating_mul(4).min(limit));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match MultiGzDecoder::new(packed).take(most).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > limit => Err(too_large(limit)),
        Ok(_) => Ok(bytes),
        Err(error) => {
            let message = format!("the body says it is gzip and is not: {error}");
            Err((StatusCode::BAD_REQUEST, Fault::whole("", message)))
        }
    }
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("the body is larger than {limit} bytes: send it in parts");
    (StatusCode::PAYLOAD_TOO_LARGE, Fault::whole("", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_costs_what_it_may_grow_to() {
        let mut headers = HeaderMap::new();
        assert_eq!(cost(&headers, 500), 500, "a chunked body may be as long as the limit");
        for (announced, expected) in [("20", 20), ("501", 500), ("99999999999999999999999", 500), ("-1", 500)]
        {
            headers.insert(CONTENT_LENGTH, announced.parse().unwrap());
            assert_eq!(cost(&headers, 500), expected, "{announced}");
        }
        headers.insert(CONTENT_LENGTH, "20".parse().unwrap());
        headers.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(cost(&headers, 500), 520);
    }

    #[test]
    fn unpacking_stops_at_the_limit() {
        assert_eq!(unpack(&pack(b"{}"), 2).unwrap(), b"{}");
        assert_eq!(unpack(&pack(b"{} "), 2).unwrap_err().0, StatusCode::PAYLOAD_TOO_LARGE);
        let bomb = pack(&vec![b' '; 50_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(unpack(&bomb, 500_000).unwrap_err().0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(unpack(b"plain", 500).unwrap_err().0, StatusCode::BAD_REQUEST);
        assert_eq!(unpack(&pack(b"{}")[..12], 500).unwrap_err().0, StatusCode::BAD_REQUEST);
    }
}
