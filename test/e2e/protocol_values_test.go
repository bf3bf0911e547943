package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// The document of the protocol lists the values of parameters that take no others.
func TestProtocolValuesAreDocumented(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	secret := s.client("site", "--redirect-uri", callback)
	var document struct {
		Paths map[string]struct {
			Get struct {
				Parameters []struct {
					Name   string
					Schema struct{ Enum []string }
				}
			}
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Schema struct {
							Properties map[string]struct{ Enum []string }
						}
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.get("/api/v1/protocol.json").body), &document))
	s.soon(func() bool {
		return s.post("/oauth/introspect", "site", secret, url.Values{"token": {"x"}}).status == http.StatusOK
	}, "the client is unknown")

	usual := url.Values{
		"client_id": {"site"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}, "state": {"a-state-of-its-own"}, "nonce": {"a-nonce-of-its-own"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	authorize := func(name, value string) string {
		query := url.Values{}
		for n, v := range usual {
			query[n] = v
		}
		query.Set(name, value)
		return s.get("/oauth/authorize?" + query.Encode()).header.Get("Location")
	}
	seen := map[string][]string{}
	for _, p := range document.Paths["/oauth/authorize"].Get.Parameters {
		if p.Schema.Enum == nil {
			continue
		}
		seen[p.Name] = p.Schema.Enum
		assert.Contains(t, authorize(p.Name, "made_up"), "error=", p.Name)
		for _, value := range p.Schema.Enum {
			off := p.Name == "response_type" && value != "code"
			if !off && (p.Name != "code_challenge_method" || value != "plain") { // for clients that are registered for it
				assert.NotContains(t, authorize(p.Name, value), "error=", "%s %s", p.Name, value)
			}
		}
	}
	for name, p := range document.Paths["/oauth/token"].Post.RequestBody.Content["application/x-www-form-urlencoded"].Schema.Properties {
		if p.Enum == nil {
			continue
		}
		seen[name] = p.Enum
		form := url.Values{"grant_type": {"client_credentials"}, "client_assertion": {"x"}, "client_id": {"site"}}
		form.Set(name, "made_up")
		got := s.post("/oauth/token", "", "", form)
		if name == "grant_type" {
			got = s.post("/oauth/token", "site", secret, url.Values{"grant_type": {"made_up"}})
			assert.Contains(t, got.body, "unsupported_grant_type")
		}
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusUnauthorized}, got.status, name)
	}
	assert.Equal(t, client.ResponseTypes(), seen["response_type"], "those that are off too")
	assert.Len(t, seen, 5)
}
