package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// A refusal names every field that is wrong, so that a form can show them all.
func TestRefusalsNameEveryField(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
	for _, tc := range []struct {
		method, path, body string
		pointers           []string
	}{
		{http.MethodPost, "/oauth/clients", `{"redirect_uris":["http://evil.example/"],"grant_types":["magic"]}`, []string{"/grant_types/0", "/redirect_uris/0"}},
		{http.MethodPost, "/oauth/clients", `{"redirect_uris":7,"client_name":[],"shoe/size":1}`, []string{"/client_name", "/redirect_uris", "/shoe~1size"}},
		{http.MethodPost, "/oauth/scopes", `{"name":7}`, []string{"/name"}},
		{http.MethodPost, "/oauth/scopes", `{`, []string{""}},
		{http.MethodPost, "/oauth/scopes", `null`, []string{""}},
		{http.MethodPost, "/oauth/tokens/bulk-revoke", `{"client_id":"ops","user_id":null}`, []string{"/user_id"}},
		{http.MethodPost, "/oauth/clients", `{"redirect_uris":["https://a.example/",null],"client_id":null}`, []string{"/client_id", "/redirect_uris/1"}},
		{http.MethodGet, "/oauth/clients?limit=0&nonsense=1", "", []string{"nonsense"}},
		{http.MethodGet, "/oauth/clients?limit=0", "", []string{"limit"}},
		{http.MethodGet, "/oauth/clients?cursor=x", "", []string{"cursor"}},
	} {
		got := s.manage(caller, tc.method, tc.path, tc.body)
		require.Equal(t, http.StatusBadRequest, got.status, "%s %s: %s", tc.path, tc.body, got.body)
		var body struct {
			Error, Description string
			URI                string `json:"error_uri"`
			Errors             []struct{ Pointer, Message string }
		}
		require.NoError(t, json.Unmarshal([]byte(got.body), &body))
		assert.Equal(t, "invalid_request", body.Error)
		assert.NotEmpty(t, body.URI)
		var pointers []string
		for _, e := range body.Errors {
			pointers = append(pointers, e.Pointer)
			assert.NotEmpty(t, e.Message)
		}
		assert.ElementsMatch(t, tc.pointers, pointers, "%s: %s", tc.body, got.body)
	}
	assert.NotContains(t, s.manage(caller, http.MethodGet, "/oauth/clients/nobody", "").body, `"errors"`)
}

func TestManagementTakesJSONAndMergePatches(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.client("app", "--grant-type", "client_credentials")
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
	for kind, status := range map[string][2]int{
		"application/json":                  {http.StatusOK, http.StatusCreated},
		"application/json; charset=utf-8":   {http.StatusOK, http.StatusCreated},
		"Application/JSON":                  {http.StatusOK, http.StatusCreated},
		"application/merge-patch+json":      {http.StatusOK, http.StatusUnsupportedMediaType},
		"application/problem+json":          {http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType},
		"application/x-www-form-urlencoded": {http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType},
		"text/plain":                        {http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType},
		"json":                              {http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType},
		"application/json/x":                {http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType},
	} {
		assert.Equal(t, status[0], s.manage(caller, http.MethodPatch, "/oauth/clients/app", `{"client_name":"x"}`, "Content-Type", kind).status, kind)
		assert.Equal(t, status[1], s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_name":"x"}`, "Content-Type", kind).status, kind)
	}
	for _, accept := range []string{"", "text/html", "json", "application/cbor", "*/*;q=0", "nonsense"} {
		got := s.manage(caller, http.MethodGet, "/keys", "", "Accept", accept)
		assert.Equal(t, []any{http.StatusOK, "application/json"}, []any{got.status, got.header.Get("Content-Type")}, accept)
	}
}

func TestManagementAnswersToConditions(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.client("app", "--grant-type", "client_credentials")
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
	const path = "/oauth/clients/app"
	tag := s.manage(caller, http.MethodGet, path, "").header.Get("ETag")
	require.NotEmpty(t, tag)
	same := s.manage(caller, http.MethodGet, path, "", "If-None-Match", "W/"+tag)
	assert.Equal(t, []any{http.StatusNotModified, "", tag}, []any{same.status, same.body, same.header.Get("ETag")})
	assert.Equal(t, http.StatusOK, s.manage(caller, http.MethodGet, path, "", "If-None-Match", `"x"`).status)
	assert.Equal(t, http.StatusPreconditionFailed, s.manage(caller, http.MethodPatch, path, `{"client_name":"x"}`, "If-Match", "W/"+tag).status, "weak")
	assert.Equal(t, http.StatusOK, s.manage(caller, http.MethodPatch, path, `{"client_name":"x"}`, "If-Match", `"x", `+tag).status)
	assert.Equal(t, http.StatusOK, s.manage(caller, http.MethodGet, path, "", "If-None-Match", tag).status, "it has changed")
	assert.Equal(t, http.StatusOK, s.manage(caller, http.MethodPatch, path, `{"client_name":"y"}`, "If-Match", "*").status)
	assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodPatch, "/oauth/clients/nobody", `{"client_name":"y"}`, "If-Match", "*").status)
}
