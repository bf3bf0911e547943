package oauth

import (
	"encoding/json"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// Metadata is what the provider says about itself (RFC 8414 section 2, OpenID Connect
// Discovery section 3). It names what is on and nothing else: a client library takes
// every entry for a promise.
type Metadata struct {
	Issuer                                    string   `json:"issuer"`
	TokenEndpoint                             string   `json:"token_endpoint"`
	JWKSURI                                   string   `json:"jwks_uri"`
	IntrospectionEndpoint                     string   `json:"introspection_endpoint"`
	RevocationEndpoint                        string   `json:"revocation_endpoint"`
	GrantTypesSupported                       []string `json:"grant_types_supported"`
	ResponseTypesSupported                    []string `json:"response_types_supported"`
	SubjectTypesSupported                     []string `json:"subject_types_supported"`
	IDTokenSigningAlgValuesSupported          []string `json:"id_token_signing_alg_values_supported"`
	TokenEndpointAuthMethodsSupported         []string `json:"token_endpoint_auth_methods_supported"`
	IntrospectionEndpointAuthMethodsSupported []string `json:"introspection_endpoint_auth_methods_supported"`
	RevocationEndpointAuthMethodsSupported    []string `json:"revocation_endpoint_auth_methods_supported"`
}

// Paths are where the endpoints stand, each beginning with a slash.
type Paths struct{ Token, JWKS, Introspection, Revocation string }

// NewMetadata describes a provider with the given issuer, endpoints and grants.
func NewMetadata(issuer string, p Paths, grants []client.GrantType) Metadata {
	confidential := []string{string(client.SecretBasic), string(client.SecretPost)}
	every := append(confidential[:len(confidential):len(confidential)], string(client.None))
	types := make([]string, len(grants))
	for i, g := range grants {
		types[i] = string(g)
	}
	m := Metadata{
		Issuer:                 issuer,
		TokenEndpoint:          issuer + p.Token,
		JWKSURI:                issuer + p.JWKS,
		IntrospectionEndpoint:  issuer + p.Introspection,
		RevocationEndpoint:     issuer + p.Revocation,
		GrantTypesSupported:    types,
		ResponseTypesSupported: []string{}, // required by RFC 8414; no grant in use has one
		SubjectTypesSupported:  []string{"public"},
	}
	m.IDTokenSigningAlgValuesSupported = []string{string(keys.RS256)}
	m.TokenEndpointAuthMethodsSupported = every
	m.IntrospectionEndpointAuthMethodsSupported = confidential
	m.RevocationEndpointAuthMethodsSupported = every
	return m
}

// Document is the metadata as JSON, made once: it is asked for at every start of every
// client library.
func (m Metadata) Document() ([]byte, error) {
	doc, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("oauth: marshal metadata: %w", err)
	}
	return doc, nil
}
