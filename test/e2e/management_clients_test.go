package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client's life through the API, each step recorded with the caller and without secrets.
func TestClientsAreManagedThroughTheAPI(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", "gatehouse:clients:read", "gatehouse:clients:write", "gatehouse:audit:read"))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/oauth/clients", "").status == http.StatusOK }, "the client is unknown")
		created := s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_id":"billing","name":"Billing","scope":"invoices:read","grant_types":["client_credentials"]}`)
		require.Equal(t, http.StatusCreated, created.status, created.body)
		secret := created.json(t)["client_secret"].(string)
		assert.Equal(t, "backend", created.json(t)["client_type"], "implied, as by the command line")
		s.token("billing", secret, url.Values{"scope": {"invoices:read"}})
		assert.Equal(t, http.StatusConflict, s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_id":"billing"}`).status)

		read := s.manage(caller, http.MethodGet, "/oauth/clients/billing", "")
		assert.NotContains(t, read.body, secret)
		assert.NotContains(t, read.body, "client_secret\"")
		tag := read.header.Get("ETag")
		assert.Equal(t, created.header.Get("ETag"), tag)
		changed := s.manage(caller, http.MethodPatch, "/oauth/clients/billing", `{"client_name":"Invoices","access_token_lifetime":60}`, "If-Match", tag)
		require.Equal(t, http.StatusOK, changed.status, changed.body)
		assert.Equal(t, []any{"Invoices", 60.0}, []any{changed.json(t)["client_name"], changed.json(t)["access_token_lifetime"]})
		assert.Equal(t, http.StatusPreconditionFailed, s.manage(caller, http.MethodPatch, "/oauth/clients/billing", `{"client_name":"x"}`, "If-Match", tag).status)

		// Null takes a value away, under each name of a property: the default is a client with a secret.
		got := s.manage(caller, http.MethodPatch, "/oauth/clients/billing", `{"confidential":null,"name":null,"disabled":null,"scope":null}`)
		require.Equal(t, http.StatusOK, got.status, got.body)
		is := got.json(t)
		assert.Equal(t, []any{"client_secret_basic", "billing", false, []any{}}, []any{is["token_endpoint_auth_method"], is["client_name"], is["disabled"], is["scopes"]})
		again := s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}})
		assert.Equal(t, http.StatusOK, again.status, "it has its secret, and the change holds at once")
		assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodPatch, "/oauth/clients/billing", `{"client_id":null}`).status)

		rotated := s.manage(caller, http.MethodPost, "/oauth/clients/billing/secrets", `{"overlap_seconds":0}`)
		require.Equal(t, http.StatusCreated, rotated.status, rotated.body)
		s.soon(func() bool {
			return s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}}).status == http.StatusUnauthorized
		}, "the old secret is still accepted")

		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, "/oauth/clients/billing", "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodGet, "/oauth/clients/billing", "").status)

		var log struct {
			Records []struct {
				Action, Actor string
				ActorKind     string `json:"actor_kind"`
			}
		}
		page := s.manage(caller, http.MethodGet, "/audit-logs?client_id=billing", "")
		require.NoError(t, json.Unmarshal([]byte(page.body), &log))
		var actions []string
		for _, r := range log.Records {
			assert.Equal(t, []string{"client", "ops"}, []string{r.ActorKind, r.Actor})
			actions = append(actions, r.Action)
		}
		assert.Equal(t, []string{"client.delete", "client.rotate_secret", "client.update", "client.update", "client.create"}, actions)
		assert.NotContains(t, page.body, secret)
		assert.NotContains(t, page.body, rotated.json(t)["client_secret"])
	})
}

func TestInvalidRegistrationsAreNamedByPointer(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("ops", s.manager("ops", "gatehouse:clients:read", "gatehouse:clients:write"))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/oauth/clients", "").status == http.StatusOK }, "the client is unknown")
	for body, says := range map[string]string{
		`{"redirect_uris":"https://a"}`:              "/redirect_uris: ",
		`{"redirect_uris":["http://evil.example/"]}`: "/redirect_uris/0: ",
		`{"client_id":"a b"}`:                        "/client_id: ",
		`{"shoe_size":7}`:                            "/shoe_size: ",
		`{"grant_types":["magic"]}`:                  "/grant_types/0: ",
		`[]`:                                         "expected object",
		`{`:                                          "unexpected end of JSON",
		`{"client_name":"` + strings.Repeat("x", 300<<10) + `"}`: "",
	} {
		got := s.manage(caller, http.MethodPost, "/oauth/clients", body)
		assert.GreaterOrEqual(t, got.status, 400, body[:min(len(body), 60)])
		assert.Less(t, got.status, 500, body[:min(len(body), 60)])
		assert.Contains(t, got.json(t)["error_description"], says)
		assert.NotEmpty(t, got.json(t)["error_uri"])
	}
	assert.Equal(t, http.StatusUnsupportedMediaType, s.manage(caller, http.MethodPost, "/oauth/clients", "client_name=x", "Content-Type", "application/x-www-form-urlencoded").status)
}

// A caller cannot get, through another client, scopes that it does not have.
func TestCallersGiveNoMoreThanTheyHave(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		s.manager("root", "gatehouse:users:write", "gatehouse:clients:write")
		caller := basic("low", s.manager("low", "gatehouse:clients:write"))
		s.soon(func() bool {
			return s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_id":"mine","scope":"gatehouse:clients:write","grant_types":["client_credentials"]}`).status == http.StatusCreated
		}, "the client is unknown")
		for name, got := range map[string]response{
			"create":  s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_id":"evil","scope":"gatehouse:users:write","grant_types":["client_credentials"]}`),
			"widen":   s.manage(caller, http.MethodPatch, "/oauth/clients/mine", `{"scopes":["gatehouse:users:write"]}`),
			"oneself": s.manage(caller, http.MethodPatch, "/oauth/clients/low", `{"scopes":["gatehouse:clients:write","gatehouse:keys:write"]}`),
			"secret":  s.manage(caller, http.MethodPost, "/oauth/clients/root/secrets", `{"client_secret":"the-secret-of-an-attacker-0123456789"}`),
			"keys":    s.manage(caller, http.MethodPatch, "/oauth/clients/root", `{"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://evil.example/jwks"}`),
			"narrow":  s.manage(caller, http.MethodPut, "/oauth/clients/root", `{"client_name":"x"}`),
			"delete":  s.manage(caller, http.MethodDelete, "/oauth/clients/root", ""),
		} {
			assert.Equal(t, http.StatusForbidden, got.status, "%s: %s", name, got.body)
		}
		assert.NotContains(t, string(s.command("audit", "list", "--client", "root", "--json")), `"low"`, "what was refused did not happen")
	})
}
