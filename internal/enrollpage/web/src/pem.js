// PEM (RFC 7468): Base64 between two lines that name what it is.

/** encode is the PEM of DER. */
export function encode(label, der) {
  const text = btoa(Array.from(new Uint8Array(der), (byte) => String.fromCharCode(byte)).join(""));
  return `-----BEGIN ${label}-----\n${text.match(/.{1,64}/g).join("\n")}\n-----END ${label}-----\n`;
}

/** decode is the DER of every block of this label in a text. */
export function decode(label, text) {
  const blocks = text.matchAll(new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, "g"));
  return Array.from(blocks, ([, base64]) => Uint8Array.from(atob(base64.replace(/\s/g, "")), (char) => char.charCodeAt(0)).buffer);
}
