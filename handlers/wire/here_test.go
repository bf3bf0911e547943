package wire_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

func TestHereIsThePageOfARequest(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/admin": "/admin",
		"/admin/clients/https:%2F%2Fapp%2Fx@y?a=b":                                        "/admin/clients/https:%2F%2Fapp%2Fx@y?a=b",
		"/admin/users?search=%C3%9F&role=&done=said":                                      "/admin/users?search=%C3%9F",
		"/admin?x=" + strings.Repeat("a", wire.MaxHere-len(url.QueryEscape("/admin?x="))): "/admin?x=" + strings.Repeat("a", wire.MaxHere-len(url.QueryEscape("/admin?x="))),
		"/admin?x=" + strings.Repeat("a", wire.MaxHere):                                   "/admin",
		"/admin?x=" + strings.Repeat("%2F", wire.MaxHere/4):                               "/admin",
		"/admin/try/callback?code=secret&state=a":                                         "/admin/try/callback", "/admin?id_token=a.b.c": "/admin",
		"/admin/" + strings.Repeat("a", wire.MaxHere): "",
	} {
		assert.Equal(t, want, wire.Here(httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)), target)
	}
}
