package passkey

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
)

// verifyAttestation checks that the maker of an authenticator attests the passkey, and that the model is allowed.
// Of the formats it is packed, that of security keys with FIDO2 (WebAuthn section 8.2): the others are those of
// older security keys, which do not say their model, and of platforms, whose certificates need rules of each of
// them.
func (r *Registry) verifyAttestation(ctx context.Context, object *protocol.AttestationObject, client []byte) error {
	if object.Format != string(protocol.AttestationFormatPacked) {
		return refused(Unattested, nil)
	}
	chain, err := certificates(object.AttStatement["x5c"]) // before anything is verified with their keys
	if err != nil {
		return refused(Unattested, err) // such as a passkey that attests itself
	}
	if err := object.VerifyAttestation(client, nil, protocol.AttestationPolicy{}, protocol.SignaturePolicy{}); err != nil {
		return refused(Unattested, err)
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots: r.Makers, Intermediates: between, CurrentTime: r.clock.Now(ctx), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return refused(Unattested, err)
	}
	if !slices.Contains(r.Models, [16]byte(object.AuthData.AttData.AAGUID)) {
		return refused(WrongModel, nil)
	}
	return nil
}

// maxCertificates bounds those of a statement: makers have that of the authenticator, and one or two between it and
// the root.
const maxCertificates = 5

// certificates are those of a statement, that of the authenticator first.
func certificates(x5c any) ([]*x509.Certificate, error) {
	list, _ := x5c.([]any)
	if len(list) > maxCertificates {
		return nil, fmt.Errorf("%d certificates", len(list))
	}
	chain := make([]*x509.Certificate, 0, len(list))
	for _, element := range list {
		der, _ := element.([]byte)
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		if err := verifyCertificateKey(c); err != nil {
			return nil, err
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errors.New("no certificate")
	}
	return chain, nil
}
