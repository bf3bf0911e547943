package e2e_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every standard claim set on the command line is released to the application (OpenID Connect
// Core section 5.1).
func TestProfileFromTheCommandLine(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin", "--email", "alice@example.com", "--email-verified",
			"--phone", "+442071838750", "--name", "Alice Liddell", "--given-name", "Alice", "--family-name", "Liddell", "--middle-name", "Pleasance",
			"--nickname", "Al", "--profile", "https://example.com/alice", "--picture", "https://example.com/alice.png", "--website", "https://alice.example.com",
			"--gender", "female", "--birthdate", "1852-05-04", "--zoneinfo", "Europe/London", "--locale", "en-GB", "--address-formatted", "Christ Church\nOxford",
			"--street-address", "St Aldate's", "--locality", "Oxford", "--region", "Oxfordshire", "--postal-code", "OX1 1DP", "--country", "United Kingdom")
		s.command("user", "update", "alice", "--phone-verified")
		scope := "openid profile email phone address"
		secret := s.client("app", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", scope)
		code := s.userAgent(t).signIn(url.Values{"scope": {scope}}).Get("code")
		claims := s.userInfo(s.exchange(secret, code, nil).json(t)["access_token"].(string)).json(t)
		for name, want := range map[string]any{
			"email": "alice@example.com", "email_verified": true, "phone_number": "+442071838750", "phone_number_verified": true,
			"name": "Alice Liddell", "given_name": "Alice", "family_name": "Liddell", "middle_name": "Pleasance", "nickname": "Al",
			"preferred_username": "alice", "profile": "https://example.com/alice", "picture": "https://example.com/alice.png",
			"website": "https://alice.example.com", "gender": "female", "birthdate": "1852-05-04", "zoneinfo": "Europe/London", "locale": "en-GB",
			"address": map[string]any{
				"formatted": "Christ Church\nOxford", "street_address": "St Aldate's", "locality": "Oxford", "region": "Oxfordshire",
				"postal_code": "OX1 1DP", "country": "United Kingdom",
			},
		} {
			assert.Equal(t, want, claims[name], name)
		}
	})
}
