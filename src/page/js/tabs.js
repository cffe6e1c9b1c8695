// All tabs of the origin: one of them sends, all hear of it.

const LOCK = "tanish-sender";
const LEASE = "tanish.lead";
const LEASE_LIFE = 6000;

/** Tells `listener` whether this tab is the sender; answers how to stop. */
export function compete(listener) {
  return globalThis.navigator?.locks ? byLock(listener) : byLease(listener);
}

function byLock(listener) {
  const abort = new AbortController();
  let release = () => abort.abort();
  navigator.locks
    .request(LOCK, { signal: abort.signal }, () => {
      listener(true);
      return new Promise((resolve) => (release = resolve));
    })
    .catch(() => {});
  return () => {
    listener(false);
    release();
  };
}

// Without Web Locks two tabs may both believe for a moment: the endpoint drops what comes twice.
function byLease(listener) {
  const tab = Math.random().toString(36).slice(2);
  let leads = false;
  const look = () => {
    let mine = true;
    try {
      const [owner, until] = (localStorage.getItem(LEASE) ?? "").split(" ");
      // A lease from a clock set ahead is none.
      const left = Number(until) - Date.now();
      mine = owner === tab || !(left > 0 && left <= LEASE_LIFE);
      if (mine) localStorage.setItem(LEASE, `${tab} ${Date.now() + LEASE_LIFE}`);
    } catch {
      // No storage, no other tab to agree with.
    }
    if (mine !== leads) listener((leads = mine));
  };
  look();
  const timer = setInterval(look, LEASE_LIFE / 3);
  return () => {
    clearInterval(timer);
    if (leads) {
      listener((leads = false));
      try {
        localStorage.removeItem(LEASE);
      } catch {
        // It runs out by itself.
      }
    }
  };
}

/** A channel to the other tabs: `say(message)`, `close()`. */
export function channel(listener) {
  if (typeof BroadcastChannel !== "function") return { say() {}, close() {} };
  const line = new BroadcastChannel("tanish");
  line.onmessage = (message) => listener(message.data ?? {});
  return { say: (message) => line.postMessage(message), close: () => line.close() };
}
