package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func TestEachRequestIsOneLine(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "token", func(w http.ResponseWriter, r *http.Request) error {
			canonical.From(r.Context()).GrantType("client_credentials")
			return refusal.New(refusal.InvalidScope, refusal.CheckScope, "No.").For("demo").Because(errBroken)
		})
	})
	w := f.do("POST", "/token?x=1", "a=b")
	assert.Equal(t, 1, strings.Count(f.log.String(), "\n"))
	line := f.lastLine(t)
	assert.Equal(t, "request", line["msg"])
	assert.Equal(t, "INFO", line["level"])
	assert.Equal(t, "/oauth/token", line["route"], "the template of the canonical route, whatever the alias")
	assert.Equal(t, "POST", line["method"])
	assert.InDelta(t, 400, line["status"], 0)
	assert.InDelta(t, w.Body.Len(), line["bytes"], 0)
	assert.Equal(t, w.Header().Get("X-Request-Id"), line["request_id"])
	assert.Equal(t, "192.0.2.1", line["client_address"])
	assert.Equal(t, "client_credentials", line["grant_type"])
	assert.Equal(t, "demo", line["client_id"])
	assert.Equal(t, "refused", line["outcome"])
	assert.Equal(t, "invalid_scope", line["error"])
	assert.Equal(t, "scope", line["check"])
	assert.Equal(t, errBroken.Error(), line["cause"])
	assert.Equal(t, issuer+"/errors/"+line["error_id"].(string), answered(t, w).URI)
}

func TestSecretsInURLsAreNotLogged(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	f.do("GET", "/errors/gh_at_verysecret?code=verysecret", "")
	f.do("GET", "/gone/gh_at_verysecret?access_token=verysecret", "", "Authorization", "Bearer verysecret")
	f.do("POST", "/oauth/token", "client_secret=verysecret", "Cookie", "x=verysecret")
	assert.Equal(t, 3, strings.Count(f.log.String(), "\n"))
	assert.NotContains(t, f.log.String(), "verysecret")
	assert.Contains(t, f.log.String(), `"route":"/errors/{error_id}"`)
	assert.Contains(t, f.log.String(), `"route":"unmatched"`)
}

func TestMadeUpMethodsAreNotLogged(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	f.do(strings.Repeat("X", 500), "/oauth/token", "")
	assert.Equal(t, "OTHER", f.lastLine(t)["method"])
}

func TestAnEmptyResponseIsLoggedWithTheStatusThatWasSent(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { serveAt(c, "revoke", fails(nil)) })
	assert.Equal(t, http.StatusOK, f.do("POST", "/oauth/revoke", "").Code)
	assert.InDelta(t, 200, f.lastLine(t)["status"], 0)
	assert.Equal(t, "ok", f.lastLine(t)["outcome"])
}
