// Payloads as GrowthBook encrypts them. WebCrypto does it: no cipher is in the module.

const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** The text of an encrypted payload (AES-128-CBC, `iv.text` in base64); `null` where key or payload are wrong. */
export async function decrypt(payload, key) {
  try {
    const [iv, text] = payload.split(".").map(bytes);
    const secret = await crypto.subtle.importKey("raw", bytes(key), "AES-CBC", false, ["decrypt"]);
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, secret, text));
  } catch {
    return null;
  }
}
