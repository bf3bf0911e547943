package e2e_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Consents by the API: what a user agreed to on the page, and an administrator for a user; their
// history survives them.
func TestManagementOfConsents(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		narrow := basic("narrow", s.manager("narrow", audit.ReadScope("consents"), audit.WriteScope("consents")))
		s.client("powerful", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid gatehouse:users:write")
		s.soon(func() bool { return s.manage(narrow, http.MethodGet, "/oauth/consents", "").status == http.StatusOK }, "the client is unknown")
		list := func(query string) []any {
			got := s.manage(caller, http.MethodGet, "/oauth/consents"+query, "")
			require.Equal(t, http.StatusOK, got.status, got.body)
			return got.json(t)["consents"].([]any)
		}
		assert.Empty(t, list(""))

		// On the page, in the language of the reader, and with what a scope of the operator's own releases.
		created := s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"crm","description":"Know you as a customer","descriptions":{"de":"Sie als Kunden kennen"},"claims":["email"]}`)
		require.Equal(t, http.StatusCreated, created.status, created.body)
		s.command("client", "update", "app", "--add-scope", "crm", "--remove-scope", "email")
		browser := s.userAgent(t)
		time.Sleep(2500 * time.Millisecond) // until the server has loaded the scope
		page := browser.authorize(url.Values{"scope": {"openid crm"}, "ui_locales": {"de-AT"}})
		page = browser.follow(browser.login(page, "wonderland"))
		assert.Contains(t, page.body, "Sie als Kunden kennen")
		assert.Contains(t, page.body, "Ihre E‑Mail-Adresse sehen")
		tokens := s.exchange(secret, returned(t, browser.agree(page, true)).Get("code"), nil).json(t)
		assert.Equal(t, "alice@example.com", s.userInfo(tokens["access_token"].(string)).json(t)["email"])
		whole := list("")
		require.Len(t, whole, 1)
		c := whole[0].(map[string]any)
		assert.Equal(t, []any{"alice", "app", []any{"openid", "crm"}}, []any{c["username"], c["client_id"], c["scopes"]})
		assert.Equal(t, []any{map[string]any{"scopes": []any{"openid", "crm"}, "claims": []any{"email"}, "audience": []any{}}}, c["agreements"])
		id, alice := c["consent_id"].(string), c["user_id"].(string)
		assert.Equal(t, id, s.manage(caller, http.MethodGet, "/oauth/consents/"+id, "").json(t)["consent_id"])

		history := func() []map[string]any {
			got := s.manage(caller, http.MethodGet, "/oauth/consents/"+id+"/history", "")
			require.Equal(t, http.StatusOK, got.status, got.body)
			var all []map[string]any
			for _, r := range got.json(t)["records"].([]any) {
				all = append(all, r.(map[string]any))
			}
			return all
		}
		given := history()
		require.Len(t, given, 1)
		assert.Equal(t, []any{"consent.give", "user", alice, "127.0.0.1"}, []any{given[0]["action"], given[0]["actor_kind"], given[0]["actor"], given[0]["address"]})
		assert.Equal(t, []any{"openid", "crm"}, given[0]["changes"].(map[string]any)["scopes"].(map[string]any)["after"])

		// Withdrawn: tokens end, the history stays.
		assert.Equal(t, http.StatusNoContent, s.manage(narrow, http.MethodDelete, "/oauth/consents/"+id, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(narrow, http.MethodDelete, "/oauth/consents/"+id, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(narrow, http.MethodGet, "/oauth/consents/"+id, "").status)
		assert.False(t, s.active("app", secret, tokens["access_token"].(string)))
		assert.Equal(t, "consent.withdraw", history()[0]["action"])

		// An administrator agrees for the user, within the client's registration and the own scopes.
		create := func(caller, client, scopes string) response {
			return s.manage(caller, http.MethodPost, "/oauth/consents", `{"user_id":"`+alice+`","client_id":"`+client+`","scopes":`+scopes+`}`)
		}
		agreed := create(narrow, "app", `["openid","profile"]`)
		require.Equal(t, http.StatusCreated, agreed.status, agreed.body)
		assert.Equal(t, id, agreed.json(t)["consent_id"])
		code := returned(t, browser.authorize(nil))
		assert.NotEmpty(t, code.Get("code"), "she is not asked")
		assert.Equal(t, http.StatusBadRequest, create(narrow, "app", `["openid","invoices:read"]`).status)
		assert.Equal(t, http.StatusForbidden, create(narrow, "powerful", `["gatehouse:users:write"]`).status)
		assert.Equal(t, http.StatusCreated, create(caller, "powerful", `["gatehouse:users:write"]`).status)
		assert.Equal(t, http.StatusNotFound, create(caller, "nothing", `["openid"]`).status)
		assert.Len(t, list("?user_id="+alice), 2)
		assert.Len(t, list("?client_id=powerful"), 1)
		for _, wrong := range []string{"x", "AAAA", "../users", id + "AA", "%00"} {
			assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodGet, "/oauth/consents/"+url.PathEscape(wrong), "").status, wrong)
		}
	})
}

// Secrets are listed without themselves, and end one by one.
func TestManagementOfSecrets(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	secret := s.client("billing", "--grant-type", "client_credentials")
	s.soon(func() bool {
		return s.manage(caller, http.MethodGet, "/oauth/clients/billing/secrets", "").status == http.StatusOK
	}, "the client is unknown")
	made := s.manage(caller, http.MethodPost, "/oauth/clients/billing/secrets", `{"expires_in_seconds":3600}`)
	require.Equal(t, http.StatusCreated, made.status, made.body)
	next := made.json(t)["client_secret"].(string)
	listed := s.manage(caller, http.MethodGet, "/oauth/clients/billing/secrets", "")
	secrets := listed.json(t)["secrets"].([]any)
	require.Len(t, secrets, 2)
	assert.Equal(t, secrets[1].(map[string]any)["id"], made.json(t)["id"])
	assert.NotContains(t, listed.body, secret)
	assert.NotContains(t, listed.body, next)
	works := func(secret string) bool {
		return s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}}).status == http.StatusOK
	}
	assert.True(t, works(secret))
	end := func(i int) int {
		return s.manage(caller, http.MethodDelete, "/oauth/clients/billing/secrets/"+secrets[i].(map[string]any)["id"].(string), "").status
	}
	assert.Equal(t, http.StatusNoContent, end(0))
	s.soon(func() bool { return !works(secret) }, "the secret goes on")
	assert.True(t, works(next))
	assert.Equal(t, http.StatusNotFound, end(0))
	assert.Equal(t, http.StatusConflict, end(1))
}
