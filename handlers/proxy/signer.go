package proxy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// assertionLifetime is how long an assertion is good: it is for the request that it comes with.
const assertionLifetime = 30 * time.Second

// SignerConfig is what assertions say beside the principal.
type SignerConfig struct {
	// Keys are of P-256. The first signs, all are published: the next one before it signs, the last
	// one as long as it is known.
	Keys []*ecdsa.PrivateKey
	// Issuer and Audience are the claims iss and aud.
	Issuer, Audience string
	Clock            provider.Clock
	Random           io.Reader
}

// Signer signs the assertions by which an API knows that a request came through this proxy.
type Signer struct {
	config SignerConfig
	signer jose.Signer
	public []byte
}

// NewSigner makes a Signer.
func NewSigner(c SignerConfig) (*Signer, error) {
	if len(c.Keys) == 0 {
		return nil, errors.New("proxy: a signing key is needed")
	}
	var set jose.JSONWebKeySet
	for _, key := range c.Keys {
		if key.Curve != elliptic.P256() {
			return nil, errors.New("proxy: the signing key is not of P-256")
		}
		k := jose.JSONWebKey{Key: key.Public(), Algorithm: string(jose.ES256), Use: "sig"}
		thumbprint, err := k.Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
		k.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
		set.Keys = append(set.Keys, k)
	}
	public, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: c.Keys[0], KeyID: set.Keys[0].KeyID}},
		(&jose.SignerOptions{}).WithType("proxy-assertion+jwt"))
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return &Signer{c, signer, public}, nil
}

// KeySet serves the public keys. It is for the API, and need not be public.
func (s *Signer) KeySet() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(s.public)
	})
}

// assertion is what is signed. Method and path are those of the request to the API, without the query.
type assertion struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	Method   string `json:"method"`
	Path     string `json:"path"`

	Provider string   `json:"provider"` // the issuer of the access token
	Subject  string   `json:"sub"`
	ClientID string   `json:"client_id"`
	Scope    string   `json:"scope"`
	Roles    []string `json:"roles,omitempty"`
	ACR      string   `json:"acr,omitempty"`
	AuthTime int64    `json:"auth_time,omitempty"`
}

func (s *Signer) sign(p resource.Principal, method, path string) (string, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(s.config.Random, id); err != nil {
		return "", err
	}
	now := s.config.Clock()
	a := assertion{
		Issuer: s.config.Issuer, Audience: s.config.Audience, ID: base64.RawURLEncoding.EncodeToString(id),
		IssuedAt: now.Unix(), Expires: now.Add(assertionLifetime).Unix(), Method: method, Path: path,
		Provider: p.Issuer, Subject: p.Subject, ClientID: p.ClientID, Scope: strings.Join(p.Scopes, " "), Roles: p.Roles, ACR: p.ACR,
	}
	if !p.AuthTime.IsZero() {
		a.AuthTime = p.AuthTime.Unix()
	}
	claims, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	signed, err := s.signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
