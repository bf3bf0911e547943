package hydra

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/password"
)

// client translates a client into a line of "gatehouse import clients".
func (r *Reader) client(n int, c Client) imports.Item {
	item := imports.Item{Kind: imports.KindClient, Line: n, Name: c.ID}
	note := func(text string) { item.Notes = append(item.Notes, text) }
	line := map[string]any{
		"client_id": c.ID, "client_name": c.Name, "redirect_uris": filled(c.RedirectURIs), "post_logout_redirect_uris": filled(c.PostLogoutRedirectURIs),
		"scopes": strings.Fields(c.Scope), "audience": unique(c.Audience), "contacts": filled(c.Contacts), "first_party": c.SkipConsent,
	}
	if c.Name == "" {
		line["client_name"] = c.ID
	}
	if !c.CreatedAt.IsZero() {
		line["created_at"] = c.CreatedAt.UTC().Format(time.RFC3339)
	}
	grants, dropped := grantTypes(c.GrantTypes)
	if len(dropped) > 0 {
		note("left out: the grant types " + strings.Join(dropped, ", "))
	}
	line["grant_types"] = grants
	if len(grants) == 0 { // it is refused, and its line says why
		line["grant_types"] = filled(c.GrantTypes)
	} else if !slices.Contains(grants, "authorization_code") && len(c.RedirectURIs) > 0 {
		// A registration with redirect URIs would get the code flow, which the client does not have.
		line["redirect_uris"] = []string{}
		note("left out: the redirect URIs, as the client has no flow that uses them")
	}
	if c.SubjectType == "pairwise" {
		line["subject_type"] = "pairwise at Hydra" // which keeps it from becoming another client by importing the line
	}
	r.authentication(c, line)
	r.accessTokens(c, line)
	for _, shown := range []struct{ name, uri string }{{"client_uri", c.URI}, {"logo_uri", c.LogoURI}, {"policy_uri", c.PolicyURI}, {"tos_uri", c.TOSURI}} {
		if strings.HasPrefix(shown.uri, "https://") {
			line[shown.name] = shown.uri
		} else if shown.uri != "" {
			note("left out, as it is no https URL: " + shown.name)
		}
	}
	if slices.ContainsFunc(c.RedirectURIs, native) {
		line["client_type"] = "native"
	}
	item.Notes = append(item.Notes, imports.Answers(line, c.BackChannelLogoutURI, c.UserinfoAlg)...)
	notes(c, note)
	item.Complete(line, imports.ParseClient)
	switch {
	case c.SubjectType == "pairwise":
		item.Fault = &imports.Fault{Field: "/subject_type", Reason: `is pairwise: this server would show the application other subjects: put "public" or "pairwise" there if the application can be told that its users have new ones`}
	case len(grants) == 0:
		item.Fault = &imports.Fault{Field: "/grant_types", Reason: "has only what this server does not offer, or not unless GATEHOUSE_RESPONSE_TYPES turns it on: " + strings.Join(dropped, ", ")}
	}
	return item
}

// notes are about what works in another way, or not at all.
func notes(c Client, note func(string)) {
	scopes := strings.Fields(c.Scope)
	if slices.ContainsFunc(scopes, func(s string) bool { return strings.Contains(s, "*") }) {
		note("a scope with * stands for itself alone: scopes are compared exactly")
	}
	if slices.Contains(scopes, "offline") && !slices.Contains(scopes, "offline_access") {
		note(`new refresh tokens end with the sign-in session: only offline_access outlives it, and the client has "offline"`)
	}
	if slices.ContainsFunc(c.ResponseTypes, func(t string) bool { return t != "code" }) {
		note("left out: the response types other than code, which are off unless GATEHOUSE_RESPONSE_TYPES turns them on")
	}
	for _, property := range []struct{ name, value, unset string }{
		{"metadata", c.Metadata, "{}"},
		{"owner", c.Owner, ""},
		{"frontchannel_logout_uri", c.FrontChannelLogoutURI, ""},
	} {
		if property.value != "" && property.value != "null" && property.value != property.unset {
			note("left out: " + property.name)
		}
	}
	if len(c.AllowedCORSOrigins) > 0 {
		note("left out: allowed_cors_origins; the origins of redirect URIs of public clients are allowed")
	}
}

func (r *Reader) authentication(c Client, line map[string]any) {
	method := c.AuthMethod
	if method == "" {
		method = "client_secret_basic"
	}
	line["token_endpoint_auth_method"] = method
	switch method {
	case "none":
	case "private_key_jwt":
		if c.JWKSURI != "" {
			line["jwks_uri"] = c.JWKSURI
		} else if strings.HasPrefix(c.JWKS, "{") {
			line["jwks"] = json.RawMessage(c.JWKS)
		}
		if c.SigningAlg != "" {
			line["token_endpoint_auth_signing_alg"] = c.SigningAlg
		}
	default:
		line["client_secret_hash"] = secretHash(c.Secret)
	}
}

// secretHash is a hash in a form that password.Adopt takes. Hydra has bcrypt, and PBKDF2 as
// $pbkdf2-sha256$i=25000,l=32$SALT$DIGEST.
func secretHash(hash string) string {
	part := strings.Split(hash, "$")
	if len(part) != 5 || !strings.HasPrefix(part[1], "pbkdf2-") {
		return hash
	}
	iterations, _, _ := strings.Cut(strings.TrimPrefix(part[2], "i="), ",")
	salt, err := base64.RawStdEncoding.DecodeString(part[3])
	sum, err2 := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil || err2 != nil {
		return hash
	}
	adopted, err := password.AdoptPBKDF2(strings.TrimPrefix(part[1], "pbkdf2-"), iterations, salt, sum)
	if err != nil {
		return hash
	}
	return adopted
}

// accessTokens: the JWTs of Hydra are signed by RS256, and have the type JWT.
func (r *Reader) accessTokens(c Client, line map[string]any) {
	if c.AccessTokenStrategy == "jwt" || (c.AccessTokenStrategy == "" && r.options.JWT) {
		line["access_token_format"], line["access_token_alg"], line["access_token_typ"] = "jwt", "RS256", "JWT"
	}
	for name, lifetimes := range map[string][]int64{
		"access_token_lifetime": {c.CodeAccess, c.RefreshAccess, c.CredentialsAccess},
		"id_token_lifetime":     {c.CodeID, c.RefreshID},
		"refresh_token_idle":    {c.RefreshRefresh, c.CodeRefresh},
	} {
		for _, ns := range lifetimes {
			if seconds := ns / int64(time.Second); seconds > 0 { // -1: without end
				line[name] = seconds
				break
			}
		}
	}
}

// grantTypes are those that every server here offers, and the others: implicit is off unless it is turned on.
func grantTypes(all []string) (kept, dropped []string) {
	kept = []string{}
	for _, g := range all {
		switch g {
		case "authorization_code", "refresh_token", "client_credentials":
			kept = append(kept, g)
		default:
			dropped = append(dropped, g)
		}
	}
	if !slices.Contains(kept, "authorization_code") && !slices.Contains(kept, "client_credentials") {
		kept = []string{} // refresh_token without anything to refresh
	}
	return kept, dropped
}

// native: a redirect URI of an application on the user's device (RFC 8252 section 7).
func native(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
}

func filled(list []string) []string { return append([]string{}, list...) }
