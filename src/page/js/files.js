// Files of the site folder. Entries are revalidated, all else never changes.

/** The bytes of a file, `null` where there is none. */
export async function fetchFile(base, name, entry = false) {
  try {
    const response = await fetch(new URL(name, base), { cache: entry ? "no-cache" : "default" });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}
