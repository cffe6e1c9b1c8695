// The relay's lasting cookie, which no script can read: who is this, and forget it.

const TWIN_TIMEOUT = 5000;

/**
 * Where the relay tells who is here: `events.visitor`, else beside an `events.endpoint` that ends in
 * `/batch`. Only on this host or within `cookie.domain`: browsers keep no cookie of another site's.
 */
export function twinAddress({ events, cookie } = {}) {
  const { endpoint, visitor } = events ?? {};
  if (visitor === false || !endpoint) return null;
  try {
    const batch = new URL(endpoint, document.baseURI);
    const address = new URL(visitor ?? "visitor", visitor ? document.baseURI : batch);
    const domain = String(cookie?.domain ?? "").replace(/^\./, "");
    const within = (host) => domain && `.${host}`.endsWith(`.${domain}`);
    const ours =
      visitor ||
      (/\/batch\/?$/.test(batch.pathname) &&
        (address.hostname === location.hostname || (within(address.hostname) && within(location.hostname))));
    return ours && /^https?:$/.test(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

export class Twin {
  #address;
  // One after the other: an answer that sets the cookie must not overtake the request that clears it.
  #last = Promise.resolve();

  constructor(address) {
    this.#address = address;
  }

  /** The id the relay knows this browser by; `null` where it does not answer. */
  ask(id) {
    const address = new URL(this.#address);
    address.searchParams.set("id", id);
    return this.#after(async () => {
      const response = await this.#fetch("GET", address);
      return response.ok ? ((await response.json())?.id ?? null) : null;
    }).catch(() => null);
  }

  /** Clears it; whether that is done, or there is nothing to clear. */
  clear(before) {
    return this.#after(async () => {
      await before;
      const { ok, status } = await this.#fetch("DELETE", this.#address);
      return ok || status === 404 || status === 405;
    }).catch(() => false);
  }

  #after(act) {
    const done = this.#last.then(act, act);
    this.#last = done.catch(() => {});
    return done;
  }

  #fetch(method, address) {
    const signal = AbortSignal.timeout?.(TWIN_TIMEOUT);
    return fetch(address, { method, credentials: "include", cache: "no-store", keepalive: true, signal });
  }
}
