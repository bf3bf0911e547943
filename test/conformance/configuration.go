package main

import (
	"encoding/json"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

// configuration is what the suite is told about a provider and its clients.
type configuration struct {
	Alias       string              `json:"alias"`
	Description string              `json:"description"`
	Server      serverSettings      `json:"server"`
	Client      clientSettings      `json:"client"`
	Second      clientSettings      `json:"client2"`
	Post        clientSettings      `json:"client_secret_post"`
	Browser     []script            `json:"browser"`
	Override    map[string]override `json:"override,omitempty"`
}

type serverSettings struct {
	Discovery string `json:"discoveryUrl"`
	LoginHint string `json:"login_hint"`
	// Allowed are names in our metadata that are no standard's.
	Allowed []string `json:"allow_unexpected_metadata_fields,omitempty"`
}

type clientSettings struct {
	ID     string          `json:"client_id,omitempty"`
	Secret string          `json:"client_secret,omitempty"`
	JWKS   json.RawMessage `json:"jwks,omitempty"`
	Name   string          `json:"client_name,omitempty"` // of one that registers itself
}

// override replaces parts of a configuration for one module.
type override struct {
	Browser []script `json:"browser"`
}

// static is the configuration for registered clients, which plans change.
func static(s conformance.Suite, issuer string) configuration {
	b := browser{issuer}
	again, refused := override{[]script{b.signInAgain()}}, override{[]script{b.page("error-page")}}
	return configuration{
		Alias: s.Alias(), Description: "Gatehouse at " + issuer,
		Server: serverSettings{
			Discovery: issuer + "/.well-known/openid-configuration", LoginHint: conformance.Username,
			Allowed: []string{"revocation_feed_endpoint"},
		},
		Client: withSecret(conformance.First), Second: withSecret(conformance.Second), Post: withSecret(conformance.Post),
		Browser: []script{b.signIn()},
		Override: map[string]override{
			"oidcc-prompt-login": again, "oidcc-max-age-1": again,
			"oidcc-ensure-registered-redirect-uri":               refused,
			"oidcc-ensure-redirect-uri-in-authorization-request": refused,
			"oidcc-redirect-uri-query-added":                     refused,
			"oidcc-redirect-uri-query-mismatch":                  refused,
			"oidcc-registration-logo-uri":                        {[]script{b.page("login-page")}},
			"oidcc-registration-policy-uri":                      {[]script{b.page("login-page")}},
			"oidcc-registration-tos-uri":                         {[]script{b.page("login-page")}},
		},
	}
}

func withSecret(id string) clientSettings {
	return clientSettings{ID: id, Secret: conformance.Secret(id)}
}

// withKeys has the clients authenticate by keys.
func withKeys(c *configuration, _ browser) error {
	for id, of := range map[string]*clientSettings{conformance.FirstKey: &c.Client, conformance.SecondKey: &c.Second} {
		keys, err := conformance.PrivateJWKS(id)
		if err != nil {
			return err
		}
		*of = clientSettings{ID: id, JWKS: keys}
	}
	return nil
}

// withRegistration has the suite register its clients itself.
func withRegistration(c *configuration, _ browser) error {
	c.Client, c.Second, c.Post = clientSettings{Name: "Conformance suite 1"}, clientSettings{Name: "Conformance suite 2"}, clientSettings{}
	return nil
}

// withSignOut has the browser sign out where it is sent to do so.
func withSignOut(c *configuration, b browser) {
	c.Browser = append(c.Browser, b.signOut())
	const prefix = "oidcc-rp-initiated-logout-"
	for _, name := range []string{"no-params", "no-post-logout-redirect-uri", "only-state"} {
		c.Override[prefix+name] = override{[]script{b.signIn(), b.signedOut()}}
	}
	for _, name := range []string{"modified-id-token-hint", "bad-id-token-hint", "no-id-token-hint"} {
		c.Override[prefix+name] = override{[]script{b.signIn(), b.signOutPage("logout-page")}}
	}
	for _, name := range []string{"bad-post-logout-redirect-uri", "query-added-to-post-logout-redirect-uri"} {
		c.Override[prefix+name] = override{[]script{b.signIn(), b.signOutPage("logged-out")}}
	}
}
