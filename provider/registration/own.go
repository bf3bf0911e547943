package registration

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// The names of properties that differ between RFC 7591 and package client.
const (
	scopeName, scopesField        = "scope", "scopes"
	applicationType, typeField    = "application_type", "client_type"
	jwksName                      = "jwks"
	nameName, uriName             = "client_name", "client_uri"
	redirectURIs, postLogoutURIs  = "redirect_uris", "post_logout_redirect_uris"
	grantTypes, responseTypes     = "grant_types", "response_types"
	maxAgeName                    = "default_max_age"
	authMethod                    = "token_endpoint_auth_method"
	statementName                 = "software_statement"
	clientIDName, secretName      = "client_id", "client_secret"
	registrationToken             = "registration_access_token"
	registrationURI               = "registration_client_uri"
	issuedAtName, secretExpiresAt = "client_id_issued_at", "client_secret_expires_at"
)

// registered are the names in the registry of OAuth dynamic client registration metadata (IANA) of what
// a client may say of itself. A property of package client that is not among them is the operator's:
// what the client may reach, introspect or skip. So a new property is closed to clients unless a
// standard has it.
func registered() []string {
	return []string{
		redirectURIs, authMethod, grantTypes, responseTypes, nameName, uriName, "logo_uri", scopeName, "contacts", "tos_uri", "policy_uri", "jwks_uri", jwksName,
		"software_id", "software_version", applicationType, "sector_identifier_uri", "subject_type",
		"id_token_signed_response_alg", "id_token_encrypted_response_alg", "id_token_encrypted_response_enc",
		"userinfo_signed_response_alg", "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc",
		"request_object_signing_alg", "request_object_encryption_alg", "request_object_encryption_enc",
		"token_endpoint_auth_signing_alg", maxAgeName, "require_auth_time", "default_acr_values", "initiate_login_uri", "request_uris",
		postLogoutURIs, "backchannel_logout_uri", "backchannel_logout_session_required", "frontchannel_logout_uri", "frontchannel_logout_session_required",
		"require_signed_request_object", "require_pushed_authorization_requests", "dpop_bound_access_tokens",
		"tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri", "tls_client_auth_san_ip", "tls_client_auth_san_email", "tls_client_certificate_bound_access_tokens",
		"authorization_signed_response_alg", "authorization_encrypted_response_alg", "authorization_encrypted_response_enc",
		"introspection_signed_response_alg", "introspection_encrypted_response_alg", "introspection_encrypted_response_enc",
		"authorization_details_types",
	}
}

// property is one that a client may say of itself.
type property struct {
	client.Field

	// name is that of RFC 7591.
	name string
}

// own are the properties of package client that a client may say of itself.
func own() []property {
	allowed := registered()
	var list []property
	for _, f := range client.Fields() {
		if name := nameOf(f.Name); slices.Contains(allowed, name) {
			list = append(list, property{f, name})
		}
	}
	return list
}

// nameOf is the name of RFC 7591 of a property of package client.
func nameOf(field string) string {
	switch field {
	case scopesField:
		return scopeName
	case typeField:
		return applicationType
	default:
		return field
	}
}

// Own are the names, as in RFC 7591, of what a client may say of itself.
func Own() []string {
	var names []string
	for _, p := range own() {
		names = append(names, p.name)
	}
	return names
}

// Privileged tells whether a client has what none has by its own registration. Whoever has its
// registration token may then not change it, or the token would be worth as much.
func Privileged(c *client.Client) bool {
	return c.FirstParty || c.MayIntrospect || c.Administers() || c.MayUse(client.Password) || c.MayUse(client.ClientCredentials)
}
