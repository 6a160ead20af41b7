// A self-signed certificate and its key for the emulated TrueNAS of the lab. Everybody has this key:
// it secures nothing, and nothing outside a lab may ever trust it. It stands here as text because
// Node.js cannot make certificates and openssl may be missing. Valid for a hundred years, for
// `truenas`, `localhost` and 10.0.0.210.

export const LAB_ONLY_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIB/jCCAaSgAwIBAgIUeDYw8RGiS/ehdGsA+yv4gXVQyEcwCgYIKoZIzj0EAwIw
QTEpMCcGA1UECgwgcmV0dXJucGF0aCBsYWIgb25seSwgbmV2ZXIgdHJ1c3QxFDAS
BgNVBAMMC3RydWVuYXMubGFiMCAXDTI2MTEyMzA0MzYzMVoYDzIxMjYxMDMwMDQz
NjMxWjBBMSkwJwYDVQQKDCByZXR1cm5wYXRoIGxhYiBvbmx5LCBuZXZlciB0cnVz
dDEUMBIGA1UEAwwLdHJ1ZW5hcy5sYWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASlOih/76sEK0Qsts6F+nBpn3vtPMRNS2E/UytFoYAdKZfIZ9KTGNRoMePNA+hT
xHPplAEYfzWN+RaHyXSFtIYNo3gwdjAdBgNVHQ4EFgQUL3JliECx0rvOsrMAgaEg
2P/5c14wHwYDVR0jBBgwFoAUL3JliECx0rvOsrMAgaEg2P/5c14wDwYDVR0TAQH/
BAUwAwEB/zAjBgNVHREEHDAaggd0cnVlbmFzgglsb2NhbGhvc3SHBAoAANIwCgYI
KoZIzj0EAwIDSAAwRQIgDuW3vViU/VS3FtDNUeKkwTRAMz911S9JJGia7hylgR0C
IQDEBA8QGZWbFxHqbT081fqwdrmmAmmVAHHTC43j+VM/eQ==
-----END CERTIFICATE-----
`;

export const LAB_ONLY_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkgYR0CMkhmqs7bGl
qpkQXynKrguhgQMSljWLPaC8pL+hRANCAASlOih/76sEK0Qsts6F+nBpn3vtPMRN
S2E/UytFoYAdKZfIZ9KTGNRoMePNA+hTxHPplAEYfzWN+RaHyXSFtIYN
-----END PRIVATE KEY-----
`;
