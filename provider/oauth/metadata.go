package oauth

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Metadata is the metadata of the provider (RFC 8414 section 2, OpenID Connect Discovery section
// 3). It names what is turned on and nothing else: client libraries use whatever is listed.
type Metadata struct {
	Issuer                 string   `json:"issuer"`
	AuthorizationEndpoint  string   `json:"authorization_endpoint"`
	TokenEndpoint          string   `json:"token_endpoint"`
	UserInfoEndpoint       string   `json:"userinfo_endpoint"`
	JWKSURI                string   `json:"jwks_uri"`
	EndSessionEndpoint     string   `json:"end_session_endpoint"`
	IntrospectionEndpoint  string   `json:"introspection_endpoint"`
	RevocationEndpoint     string   `json:"revocation_endpoint"`
	RevocationFeedEndpoint string   `json:"revocation_feed_endpoint"`
	RegistrationEndpoint   string   `json:"registration_endpoint,omitempty"`
	ScopesSupported        []string `json:"scopes_supported"`
	GrantTypesSupported    []string `json:"grant_types_supported"`
	ResponseTypesSupported []string `json:"response_types_supported"`
	ResponseModesSupported []string `json:"response_modes_supported"`
	SubjectTypesSupported  []string `json:"subject_types_supported"`
	ClaimsSupported        []string `json:"claims_supported"`
	ClaimTypesSupported    []string `json:"claim_types_supported"`
	ACRValuesSupported     []string `json:"acr_values_supported"`
	PromptValuesSupported  []string `json:"prompt_values_supported"`
	UILocalesSupported     []string `json:"ui_locales_supported,omitempty"`

	IDTokenSigningAlgValuesSupported          []string `json:"id_token_signing_alg_values_supported"`
	IDTokenEncryptionAlgs                     []string `json:"id_token_encryption_alg_values_supported"`
	IDTokenEncryptionEncs                     []string `json:"id_token_encryption_enc_values_supported"`
	UserInfoSigningAlgs                       []string `json:"userinfo_signing_alg_values_supported"`
	UserInfoEncryptionAlgs                    []string `json:"userinfo_encryption_alg_values_supported"`
	UserInfoEncryptionEncs                    []string `json:"userinfo_encryption_enc_values_supported"`
	TokenEndpointAuthMethodsSupported         []string `json:"token_endpoint_auth_methods_supported"`
	TokenEndpointAuthSigningAlgsSupported     []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionEndpointAuthMethodsSupported []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionEndpointAuthSigningAlgs      []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationEndpointAuthMethodsSupported    []string `json:"revocation_endpoint_auth_methods_supported"`
	RevocationEndpointAuthSigningAlgs         []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	CodeChallengeMethodsSupported             []string `json:"code_challenge_methods_supported"`
	RequestObjectSigningAlgs                  []string `json:"request_object_signing_alg_values_supported,omitempty"`
	RequestObjectEncryptionAlgs               []string `json:"request_object_encryption_alg_values_supported,omitempty"`
	RequestObjectEncryptionEncs               []string `json:"request_object_encryption_enc_values_supported,omitempty"`

	ClaimsParameterSupported                   bool `json:"claims_parameter_supported"`
	RequestParameterSupported                  bool `json:"request_parameter_supported"`
	RequestURIParameterSupported               bool `json:"request_uri_parameter_supported"`
	RequireRequestURIRegistration              bool `json:"require_request_uri_registration,omitempty"`
	AuthorizationResponseIssParameterSupported bool `json:"authorization_response_iss_parameter_supported"`
	ClientIDMetadataDocumentSupported          bool `json:"client_id_metadata_document_supported,omitempty"`

	LogoutMetadata
}

// Paths are the paths of the endpoints, each beginning with a slash.
type Paths struct {
	Authorization, Token, UserInfo, JWKS, EndSession, Introspection, Revocation, RevocationFeed, Registration string

	// CheckSession is empty where applications cannot watch sessions.
	CheckSession string
}

// Metadata returns what is always offered, and what the parts add.
func (p *Provider) Metadata() Metadata {
	issuer, paths := p.settings.Issuer, p.settings.Paths
	confidential := []string{string(client.SecretBasic), string(client.SecretPost), string(client.PrivateKeyJWT)}
	signing := client.SigningAlgorithms()
	if p.settings.SharedKeys {
		confidential, signing = append(confidential, string(client.SecretJWT)), append(signing, "HS256")
	}
	every := append(confidential[:len(confidential):len(confidential)], string(client.None))
	m := Metadata{
		Issuer:                issuer,
		AuthorizationEndpoint: issuer + paths.Authorization,
		TokenEndpoint:         issuer + paths.Token,
		UserInfoEndpoint:      issuer + paths.UserInfo,
		JWKSURI:               issuer + paths.JWKS,
		EndSessionEndpoint:    issuer + paths.EndSession,
		IntrospectionEndpoint: issuer + paths.Introspection,
		RevocationEndpoint:    issuer + paths.Revocation,

		RevocationFeedEndpoint: issuer + paths.RevocationFeed,

		ScopesSupported: slices.DeleteFunc(consent.StandardScopes(), func(s string) bool { return s == scopeOffline }),

		TokenEndpointAuthMethodsSupported:         every,
		TokenEndpointAuthSigningAlgsSupported:     signing,
		IntrospectionEndpointAuthMethodsSupported: confidential,
		IntrospectionEndpointAuthSigningAlgs:      signing,
		RevocationEndpointAuthMethodsSupported:    every,
		RevocationEndpointAuthSigningAlgs:         signing,
		UILocalesSupported:                        p.settings.UILocales,

		AuthorizationResponseIssParameterSupported: true, // RFC 9207
		ClientIDMetadataDocumentSupported:          p.settings.ClientDocuments,

		LogoutMetadata: p.logoutMetadata(),
	}
	for _, x := range p.parts {
		if x.grantType != "" && !slices.Contains(m.GrantTypesSupported, string(x.grantType)) {
			m.GrantTypesSupported = append(m.GrantTypesSupported, string(x.grantType))
		}
		m.ResponseTypesSupported = append(m.ResponseTypesSupported, x.responseTypes...)
		if x.mode != "" {
			m.ResponseModesSupported = append(m.ResponseModesSupported, string(x.mode))
		}
		if x.describe != nil {
			x.describe(&m)
		}
	}
	if p.settings.ClientRegistration {
		m.RegistrationEndpoint = issuer + paths.Registration
	}
	if p.settings.Registration {
		m.PromptValuesSupported = append(m.PromptValuesSupported, "create")
	}
	return m
}

func claimNames() []string {
	names := []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}
	names = append(names, consent.Claims()...)
	slices.Sort(names)
	return names
}

// Document is the metadata as JSON. The caller keeps it: every client library requests it at every
// start.
func (m Metadata) Document() ([]byte, error) {
	doc, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("oauth: marshal metadata: %w", err)
	}
	return doc, nil
}
