package oauth

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// Metadata is what the provider says about itself (RFC 8414 section 2, OpenID Connect
// Discovery section 3). It names what is on and nothing else: a client library takes
// every entry for a promise.
type Metadata struct {
	Issuer                 string   `json:"issuer"`
	AuthorizationEndpoint  string   `json:"authorization_endpoint"`
	TokenEndpoint          string   `json:"token_endpoint"`
	UserInfoEndpoint       string   `json:"userinfo_endpoint"`
	JWKSURI                string   `json:"jwks_uri"`
	EndSessionEndpoint     string   `json:"end_session_endpoint"`
	IntrospectionEndpoint  string   `json:"introspection_endpoint"`
	RevocationEndpoint     string   `json:"revocation_endpoint"`
	ScopesSupported        []string `json:"scopes_supported"`
	GrantTypesSupported    []string `json:"grant_types_supported"`
	ResponseTypesSupported []string `json:"response_types_supported"`
	ResponseModesSupported []string `json:"response_modes_supported"`
	SubjectTypesSupported  []string `json:"subject_types_supported"`
	ClaimsSupported        []string `json:"claims_supported"`
	ACRValuesSupported     []string `json:"acr_values_supported"`
	PromptValuesSupported  []string `json:"prompt_values_supported"`

	IDTokenSigningAlgValuesSupported          []string `json:"id_token_signing_alg_values_supported"`
	TokenEndpointAuthMethodsSupported         []string `json:"token_endpoint_auth_methods_supported"`
	TokenEndpointAuthSigningAlgsSupported     []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionEndpointAuthMethodsSupported []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionEndpointAuthSigningAlgs      []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationEndpointAuthMethodsSupported    []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationEndpointAuthSigningAlgs         []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	CodeChallengeMethodsSupported             []string `json:"code_challenge_methods_supported"`
	RequestObjectSigningAlgs                  []string `json:"request_object_signing_alg_values_supported"`

	ClaimsParameterSupported                   bool `json:"claims_parameter_supported"`
	RequestParameterSupported                  bool `json:"request_parameter_supported"`
	RequestURIParameterSupported               bool `json:"request_uri_parameter_supported"`
	AuthorizationResponseIssParameterSupported bool `json:"authorization_response_iss_parameter_supported"`
}

// Paths are where the endpoints stand, each beginning with a slash.
type Paths struct{ Authorization, Token, UserInfo, JWKS, EndSession, Introspection, Revocation string }

// NewMetadata describes a provider with the given issuer, endpoints and grants. Shared: a
// client may authenticate by client_secret_jwt.
func NewMetadata(issuer string, p Paths, grants []client.GrantType, shared bool) Metadata {
	confidential := []string{string(client.SecretBasic), string(client.SecretPost), string(client.PrivateKeyJWT)}
	signing := client.AssertionAlgorithms()
	if shared {
		confidential, signing = append(confidential, string(client.SecretJWT)), append(signing, "HS256")
	}
	every := append(confidential[:len(confidential):len(confidential)], string(client.None))
	types := make([]string, len(grants))
	for i, g := range grants {
		types[i] = string(g)
	}
	m := Metadata{
		Issuer:                 issuer,
		AuthorizationEndpoint:  issuer + p.Authorization,
		TokenEndpoint:          issuer + p.Token,
		UserInfoEndpoint:       issuer + p.UserInfo,
		JWKSURI:                issuer + p.JWKS,
		EndSessionEndpoint:     issuer + p.EndSession,
		IntrospectionEndpoint:  issuer + p.Introspection,
		RevocationEndpoint:     issuer + p.Revocation,
		ScopesSupported:        slices.DeleteFunc(consent.StandardScopes(), func(s string) bool { return s == scopeOffline }),
		GrantTypesSupported:    types,
		ResponseTypesSupported: []string{"code"},
		ResponseModesSupported: []string{string(Query), string(Fragment), string(FormPost)},
		SubjectTypesSupported:  []string{"public"},
		ClaimsSupported:        claimNames(),
		ACRValuesSupported:     []string{passwordACR},
		PromptValuesSupported:  promptValues(),
	}
	if slices.Contains(grants, client.RefreshToken) {
		m.ScopesSupported = append(m.ScopesSupported, scopeOffline)
	}
	m.TokenEndpointAuthSigningAlgsSupported = signing
	m.IntrospectionEndpointAuthSigningAlgs = signing
	m.RevocationEndpointAuthSigningAlgs = signing
	m.IDTokenSigningAlgValuesSupported = client.SigningAlgorithms()
	m.TokenEndpointAuthMethodsSupported = every
	m.IntrospectionEndpointAuthMethodsSupported = confidential
	m.RevocationEndpointAuthMethodsSupported = every
	m.CodeChallengeMethodsSupported = []string{grant.S256}
	// Request objects are not supported, and unsigned ones never will be: without this list
	// clients take the default of OpenID Connect Discovery section 3, which has none in it.
	m.RequestObjectSigningAlgs = client.AssertionAlgorithms()
	m.ClaimsParameterSupported = true
	m.AuthorizationResponseIssParameterSupported = true // RFC 9207
	return m
}

func claimNames() []string {
	names := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}
	names = append(names, consent.Claims()...)
	slices.Sort(names)
	return names
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
