// Keys that are made in the browser. A private key leaves this module encrypted with
// the person's password only, and never leaves the browser.

import * as asn1js from "asn1js";
import { CertificationRequest, Certificate, PKCS8ShroudedKeyBag, PrivateKeyInfo } from "pkijs";
import { decode, encode } from "./pem.js";

// What a browser makes of each kind of key. P-521 and Ed25519 are missing: not every
// browser makes them.
const kinds = {
  EC_P256: { make: { name: "ECDSA", namedCurve: "P-256" }, hash: "SHA-256" },
  EC_P384: { make: { name: "ECDSA", namedCurve: "P-384" }, hash: "SHA-384" },
  RSA_2048: { make: rsa(2048), hash: "SHA-256" },
  RSA_3072: { make: rsa(3072), hash: "SHA-256" },
  RSA_4096: { make: rsa(4096), hash: "SHA-256" },
};

function rsa(modulusLength) {
  return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
}

/** makable are the allowed kinds that a browser makes, the usual one first. No kind means all. */
export const makable = (allowed) => Object.keys(kinds).filter((kind) => allowed.length === 0 || allowed.includes(kind));

/** canMakeKeys: browsers have their cryptography on pages of https and of this machine only. */
export const canMakeKeys = () => Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle);

// OWASP's figure for PBKDF2 with SHA-256; the browser's own code does it in well under a second.
const rounds = 600_000;

/**
 * makeKey makes a key and a request for it. The request names nothing: what the
 * certificate says is fixed by what was enrolled or approved. It returns
 * {kind, csr, locked}: the request and the private key, encrypted with the password
 * (PKCS#8, PBES2 with AES-256), both PEM.
 */
export async function makeKey(kind, password) {
  const { make, hash } = kinds[kind];
  const pair = await crypto.subtle.generateKey(make, true, ["sign", "verify"]);
  const request = new CertificationRequest({ version: 0, attributes: [] });
  await request.subjectPublicKeyInfo.importKey(pair.publicKey);
  await request.sign(pair.privateKey, hash);
  const bag = new PKCS8ShroudedKeyBag({ parsedValue: PrivateKeyInfo.fromBER(await crypto.subtle.exportKey("pkcs8", pair.privateKey)) });
  await bag.makeInternalValues({
    password: new TextEncoder().encode(password).buffer,
    contentEncryptionAlgorithm: { name: "AES-CBC", length: 256 },
    hmacHashAlgorithm: "SHA-256",
    iterationCount: rounds,
  });
  return {
    kind,
    csr: encode("CERTIFICATE REQUEST", request.toSchema(true).toBER(false)),
    locked: encode("ENCRYPTED PRIVATE KEY", bag.toSchema().toBER(false)),
  };
}

/** opens tells whether a password is the one that a key was encrypted with. */
export async function opens(key, password) {
  try {
    await bagOf(key).parseInternalValues({ password: new TextEncoder().encode(password).buffer });
    return true;
  } catch {
    return false;
  }
}

/** bagOf is the encrypted key as a .p12 holds it. */
export function bagOf(key) {
  return new PKCS8ShroudedKeyBag({ schema: asn1js.fromBER(decode("ENCRYPTED PRIVATE KEY", key.locked)[0]).result });
}

/** isFor tells whether a certificate is for the key that a request was made for. */
export function isFor(certificatePem, csrPem) {
  const spki = (thing) => encode("PUBLIC KEY", thing.subjectPublicKeyInfo.toSchema().toBER(false));
  try {
    return spki(Certificate.fromBER(decode("CERTIFICATE", certificatePem)[0])) === spki(CertificationRequest.fromBER(decode("CERTIFICATE REQUEST", csrPem)[0]));
  } catch {
    return false;
  }
}
