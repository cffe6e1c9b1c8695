// One request with one batch of events.

const TIMEOUT = 15000;
// What all requests that may outlive a page share is 64 KiB: a batch this small leaves room for others.
const KEEPALIVE = 24 * 1024;

/** Milliseconds a `Retry-After` asks for: seconds or a date. */
export function retryAfter(header, now) {
  if (!header) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return wait > 0 ? wait : null;
}

/** Sends a batch; answers `[status, wait, refused ids]`, status 0 when nobody answered. */
export async function send(target, events, farewell) {
  const body = new TextEncoder().encode(
    JSON.stringify({ batch: events, sentAt: new Date().toISOString(), writeKey: target.writeKey }),
  );
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  try {
    const response = await fetch(target.endpoint, {
      method: "POST",
      // A closing page has no time to ask another origin for permission first.
      headers: { "Content-Type": farewell ? "text/plain" : "application/json" },
      body,
      keepalive: farewell || body.length < KEEPALIVE,
      credentials: "same-origin",
      signal: abort.signal,
    });
    // A page of HTML is some catch-all or a hotel's sign-in, not an endpoint that took the batch.
    if (response.ok && response.headers.get("Content-Type")?.startsWith("text/html")) return [0, null, []];
    const answer = await response.json().catch(() => null);
    const errors = Array.isArray(answer?.errors) ? answer.errors : [];
    const refused = errors.map((error) => error?.messageId).filter((id) => typeof id === "string");
    return [response.status, retryAfter(response.headers.get("Retry-After"), Date.now()), refused];
  } catch {
    return [0, null, []];
  } finally {
    clearTimeout(timer);
  }
}
