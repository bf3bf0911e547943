package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"time"
)

// Maker is a maker of authenticators: its certificate is the root of what its authenticators attest.
type Maker struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

// validity of the certificates. It begins before the times of all tests, whatever clock they have, and ends after
// them.
const (
	firstYear = 2000
	lastYear  = 2100
)

// NewMaker makes one.
func NewMaker(name string) (*Maker, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificate(pkix.Name{CommonName: name})
	template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(der)
	return &Maker{root: root, key: key}, err
}

// PEM is the certificate of the maker.
func (m *Maker) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.root.Raw})
}

// attested is the certificate of an authenticator of a model, and its key (WebAuthn section 8.2.1).
func (m *Maker) attested(model [16]byte) (der []byte, key *ecdsa.PrivateKey, err error) {
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, nil, err
	}
	template := certificate(pkix.Name{Country: []string{"SE"}, Organization: []string{"Tests"}, OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "Authenticator"})
	value, err := asn1.Marshal(model[:])
	if err != nil {
		return nil, nil, err
	}
	template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}, Value: value}}
	der, err = x509.CreateCertificate(rand.Reader, template, m.root, key.Public(), m.key)
	return der, key, err
}

func certificate(subject pkix.Name) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: subject, BasicConstraintsValid: true,
		NotBefore: time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(lastYear, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}
