// A .p12 file (RFC 7292): the key, encrypted with the person's password, and the
// certificates. The certificates are not secret and stand in it as they are.

import * as asn1js from "asn1js";
import { Attribute, AuthenticatedSafe, CertBag, Certificate, PFX, SafeBag, SafeContents } from "pkijs";
import { bagOf } from "./key.js";
import { decode } from "./pem.js";

// The file's checksum is made from the password by this page's own code, which is
// slower than the browser's: this many rounds take about a second on a telephone.
const rounds = 100_000;

/**
 * pkcs12 is the file's content: key {locked}, its certificate, the chain above it,
 * under a name that programs show. The password must be the key's.
 */
export async function pkcs12({ key, certificatePem, chainPem, name, password }) {
  const [own] = decode("CERTIFICATE", certificatePem);
  // The same value on both tells which certificate is the key's.
  const id = await crypto.subtle.digest("SHA-1", own);
  const marks = () => [
    new Attribute({ type: "1.2.840.113549.1.9.20", values: [new asn1js.BmpString({ value: name })] }),
    new Attribute({ type: "1.2.840.113549.1.9.21", values: [new asn1js.OctetString({ valueHex: id })] }),
  ];
  const certificates = [own, ...decode("CERTIFICATE", chainPem)].map((der, n) => new SafeBag({
    bagId: "1.2.840.113549.1.12.10.1.3",
    bagValue: new CertBag({ parsedValue: Certificate.fromBER(der) }),
    ...(n === 0 && { bagAttributes: marks() }),
  }));
  const keys = [new SafeBag({ bagId: "1.2.840.113549.1.12.10.1.2", bagValue: bagOf(key), bagAttributes: marks() })];
  const file = new PFX({
    parsedValue: {
      integrityMode: 0,
      authenticatedSafe: new AuthenticatedSafe({
        parsedValue: {
          safeContents: [keys, certificates].map((safeBags) => ({ privacyMode: 0, value: new SafeContents({ safeBags }) })),
        },
      }),
    },
  });
  await file.parsedValue.authenticatedSafe.makeInternalValues({ safeContents: [{}, {}] });
  await file.makeInternalValues({
    password: new TextEncoder().encode(password).buffer,
    iterations: rounds,
    pbkdf2HashAlgorithm: "SHA-256",
    hmacHashAlgorithm: "SHA-256",
  });
  return file.toSchema().toBER(false);
}
