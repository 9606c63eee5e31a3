/** What is wrong with the certificate that somebody shows, by the codes of Node.js. Pure. */

export type CertificateFault = 'untrusted' | 'expired' | 'early' | 'misnamed' | 'misused';

/** After "its certificate", or "a certificate that". */
export const certificateFaults: Readonly<Record<CertificateFault, string>> = {
  untrusted: 'is not signed by an authority that is trusted here',
  expired: 'has expired',
  early: 'is not valid yet',
  misnamed: 'is for another host name',
  misused: 'is not made for a server',
};

const byCode: Readonly<Record<string, CertificateFault>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'early',
  ERR_TLS_CERT_ALTNAME_INVALID: 'misnamed',
  INVALID_PURPOSE: 'misused',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
};

/** Undefined for what is no fault of a certificate. */
export function certificateFault(code: string): CertificateFault | undefined {
  if (Object.hasOwn(byCode, code)) return byCode[code];
  return /^(?:CERT_|UNABLE_TO_GET_ISSUER_CERT)/.test(code) ? 'untrusted' : undefined;
}
