package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// factorSettings are those of second factors and passkeys.
type factorSettings struct {
	// SecondFactorMail lets people have codes sent to their verified email address as a second factor. It takes
	// messages by SMTP. It is weaker than the others: who reads the mailbox can have the password reset as well, and
	// needs nothing else then. Where it is turned off again, those who had set it up are as without a second factor.
	SecondFactorMail bool `koanf:"second_factor_mail"`
	// PasskeyOrigins are origins of further sites, such as https://shop.example, whose pages may ask for the
	// passkeys of this server (Related Origin Requests, /.well-known/webauthn). Browsers heed five domains at
	// most.
	PasskeyOrigins []string `koanf:"passkey_origins"`
	// PasskeyAttestation says what is asked about new passkeys: none, or direct. Then one is refused unless its maker attests, in the
	// format packed, that it is in an authenticator of one of the models PasskeyAAGUIDs. That is for security
	// keys which an organization hands out; the passkeys of phones and browsers are not attested.
	PasskeyAttestation string `koanf:"passkey_attestation"`
	// PasskeyAAGUIDs are the allowed models with direct attestation, such as
	// cb69481e-8ff7-4039-93ec-0a2729a154a8.
	PasskeyAAGUIDs []string `koanf:"passkey_aaguids"`
	// PasskeyCA is a PEM file with the root certificates of their makers, as these publish them. Without
	// it anybody could attest anything.
	PasskeyCA string `koanf:"passkey_ca"`
}

// What is asked about the authenticators of new passkeys.
const (
	attestationNone   = "none"
	attestationDirect = "direct"
)

func factorDefaults() factorSettings { return factorSettings{PasskeyAttestation: attestationNone} }

func (c *config) validateFactors() error {
	_, err := c.passkeys()
	return err
}

// passkeys is what the operator decides about passkeys.
func (c *config) passkeys() (passkey.Config, error) {
	p := passkey.Config{Issuer: c.Issuer, DisplayName: c.brand.Title(), Attestation: c.PasskeyAttestation == attestationDirect}
	var faults []error
	for _, origin := range c.PasskeyOrigins {
		origin = strings.TrimSpace(origin)
		if !c.relatedOrigin(origin) {
			faults = append(faults, fmt.Errorf("%s %q must be an origin in lower case such as https://shop.example: no path, and no port that https has anyway", c.named("passkey_origins"), origin))
		}
		p.Origins = append(p.Origins, origin)
	}
	if c.PasskeyAttestation != attestationNone && c.PasskeyAttestation != attestationDirect {
		faults = append(faults, fmt.Errorf("%s %q must be %s or %s", c.named("passkey_attestation"), c.PasskeyAttestation, attestationNone, attestationDirect))
	}
	for _, text := range c.PasskeyAAGUIDs {
		model, ok := provider.ReadUUID(strings.TrimSpace(text))
		if !ok || model.IsZero() { // zeros are what authenticators say that do not tell
			faults = append(faults, fmt.Errorf("%s %q must be the AAGUID of a model, such as cb69481e-8ff7-4039-93ec-0a2729a154a8", c.named("passkey_aaguids"), text))
		}
		p.Models = append(p.Models, model)
	}
	if models, makers := len(p.Models) > 0, c.PasskeyCA != ""; models != p.Attestation || makers != p.Attestation {
		faults = append(faults, errors.New("GATEHOUSE_PASSKEY_ATTESTATION=direct, GATEHOUSE_PASSKEY_AAGUIDS and GATEHOUSE_PASSKEY_CA go together: set all or none"))
	}
	makers, err := c.passkeyMakers()
	p.Makers = makers
	return p, errors.Join(append(faults, err)...)
}

// relatedOrigin tells whether a text is an origin as browsers write them (RFC 6454 section 6.2).
func (c *config) relatedOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || text != u.Scheme+"://"+u.Host || text != strings.ToLower(text) || strings.HasSuffix(u.Host, ":") || u.Port() == "443" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && c.Dev && client.Loopback(u.Hostname())
}

// passkeyMakers are the certificates of makers; nil where there is no file.
func (c *config) passkeyMakers() (*x509.CertPool, error) {
	if c.PasskeyCA == "" {
		return nil, nil //nolint:nilnil // it is optional
	}
	certificates, err := os.ReadFile(c.PasskeyCA)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.named("passkey_ca"), err)
	}
	makers := x509.NewCertPool()
	if !makers.AppendCertsFromPEM(certificates) {
		return nil, fmt.Errorf("%s: %s has no certificate", c.named("passkey_ca"), c.PasskeyCA)
	}
	return makers, nil
}

// passkeyOrigins are those of the document for browsers, without the issuer's own.
func (c *config) passkeyOrigins() []string {
	var origins []string
	for _, o := range c.PasskeyOrigins {
		if o = strings.TrimSpace(o); o != c.Issuer && !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	return origins
}
