package resource

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
)

// provenBy tells whether the certificate of a connection is the only key that the token is bound to
// (RFC 8705 section 3).
func (c Confirmation) provenBy(certificate *x509.Certificate) bool {
	if certificate == nil || c.CertificateSHA256 == "" || c.KeyThumbprint != "" || c.other {
		return false
	}
	sum := sha256.Sum256(certificate.Raw)
	want := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(want), []byte(c.CertificateSHA256)) == 1
}
