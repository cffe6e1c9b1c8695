// Files of the site folder. Entries are revalidated, all else never changes.

const ENTRY = /(^|\/)(entry\.bin|site\.json)$/;

/** The bytes of a file, `null` where there is none. */
export async function fetchFile(base, name) {
  try {
    const response = await fetch(new URL(name, base), { cache: ENTRY.test(name) ? "no-cache" : "default" });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}
