package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type valuesSchema struct {
	Enum  []any
	Items struct{ Enum []any }
}

// The document lists the values of what takes no others, and the server refuses those, by pointer and
// with the values that are allowed.
func TestManagementValuesAreDocumented(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	secret := s.manager("ops", audit.AllScopes()...)
	call := func(method, path, body string) response { return s.manage(basic("ops", secret), method, path, body) }
	s.soon(func() bool { return call(http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")

	var document struct {
		Paths      map[string]map[string]struct{ Parameters []map[string]any }
		Components struct {
			Schemas map[string]struct{ Properties map[string]valuesSchema }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.get("/api/v1/openapi.json").body), &document))
	// The caller's own registration would change with the next request.
	require.Equal(t, http.StatusCreated, call(http.MethodPost, "/oauth/clients", `{"client_id": "shop", "client_name": "Shop", "redirect_uris": ["https://shop.example.com/cb"]}`).status)
	refused := func(r response, pointer string, values []any) {
		t.Helper()
		require.Equal(t, http.StatusBadRequest, r.status, r.body)
		for _, e := range r.json(t)["errors"].([]any) {
			if found := e.(map[string]any); found["pointer"] == pointer {
				for _, value := range values {
					if value != nil {
						assert.Contains(t, found["message"], value, pointer)
					}
				}
				return
			}
		}
		assert.Fail(t, "no error has the pointer", "%s in %s", pointer, r.body)
	}

	seen := map[string]bool{}
	for name, p := range document.Components.Schemas["ClientRegistration"].Properties {
		values, sent, pointer := p.Enum, `"made_up"`, "/"+name
		if p.Items.Enum != nil {
			values, sent, pointer = p.Items.Enum, `["made_up"]`, "/"+name+"/0"
		}
		if values == nil {
			continue
		}
		seen[name] = true
		// What else is wrong is named as well.
		r := call(http.MethodPost, "/oauth/clients", fmt.Sprintf(`{"client_name": "Shop", "logo_uri": "http://shop.example", %q: %s}`, name, sent))
		refused(r, pointer, values)
		refused(r, "/logo_uri", nil)
		refused(call(http.MethodPatch, "/oauth/clients/shop", fmt.Sprintf(`{%q: %s}`, name, sent)), pointer, values)
		for _, value := range values {
			text, err := json.Marshal(value)
			require.NoError(t, err)
			if p.Items.Enum != nil {
				text = []byte("[" + string(text) + "]")
			}
			r := call(http.MethodPatch, "/oauth/clients/shop", fmt.Sprintf(`{%q: %s}`, name, text))
			assert.NotRegexp(t, `"pointer":"`+pointer+`","message":"(.*is not a|must be `+fmt.Sprint(values[0])+`)`, r.body)
		}
	}
	for _, name := range []string{"client_type", "grant_types", "token_endpoint_auth_method", "access_token_format", "id_token_signed_response_alg"} {
		assert.True(t, seen[name], name)
	}

	events := document.Components.Schemas["Webhook"].Properties["event_types"].Items.Enum
	require.Contains(t, events, "user.created")
	refused(call(http.MethodPost, "/webhooks", `{"url": "https://crm.example.com/events", "event_types": ["user.created", "user.made"]}`), "/event_types/1", events)
	made := call(http.MethodPost, "/webhooks", `{"url": "https://crm.example.com/events", "event_types": ["user.created"]}`)
	require.Equal(t, http.StatusCreated, made.status, made.body)
	hook := "/webhooks/" + made.json(t)["id"].(string)
	refused(call(http.MethodPatch, hook, `{"event_types": ["user.made"]}`), "/event_types/0", events)
	assert.Equal(t, http.StatusOK, call(http.MethodPatch, hook, `{"event_types": null}`).status)

	var actions []any
	for _, p := range document.Paths["/audit-logs"]["get"].Parameters {
		if p["name"] == "action" {
			actions = p["schema"].(map[string]any)["enum"].([]any)
		}
	}
	require.Len(t, actions, len(audit.Actions()))
	for _, action := range actions {
		assert.Equal(t, http.StatusOK, call(http.MethodGet, "/audit-logs?action="+url.QueryEscape(action.(string)), "").status, action)
	}
	refused(call(http.MethodGet, "/audit-logs?action=client.explode", ""), "action", actions)
	assert.Equal(t, http.StatusOK, call(http.MethodGet, "/audit-logs?action=", "").status, "no filter")
}
