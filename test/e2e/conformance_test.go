package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

// conformanceServer is settings of a server for the conformance suite, in a database of its own.
func conformanceServer(t *testing.T) *server {
	t.Helper()
	s := settings(t, "")
	s.env = append(s.env, "CONFORMANCE_SERVER=https://suite.example:8443")
	s.args = []string{"--conformance"}
	return s
}

// The clients and the person that the suite's configurations name are there after the start, and no rate limit
// is, and the runner may rotate keys and do nothing else.
func TestServerForTheConformanceSuite(t *testing.T) {
	t.Parallel()
	s := conformanceServer(t)
	s.run()
	require.Eventually(t, func() bool { return strings.Contains(s.log.String(), "public passwords and secrets") }, 5*time.Second, 10*time.Millisecond, "%s", s.log)
	assert.NotContains(t, s.log.String(), "no administrator", "its users are public, and an administrator would be, too")

	suite, err := conformance.FromEnvironment(func(string) string { return "" })
	require.NoError(t, err)
	var listed []struct {
		ID        string   `json:"client_id"`
		Redirects []string `json:"redirect_uris"`
		Returns   []string `json:"post_logout_redirect_uris"`
	}
	database := "sqlite://" + filepath.Join(s.dataDir(), "conformance.db")
	require.NoError(t, json.Unmarshal(s.command("client", "list", "--json", "--dev", "--database-url", database), &listed))
	clients, err := conformance.Clients(suite, issuer)
	require.NoError(t, err)
	require.Len(t, listed, len(clients))
	for _, c := range listed {
		if c.ID != conformance.Operator {
			assert.Equal(t, []string{"https://suite.example:8443/test/a/gatehouse-conformance/callback"}, c.Redirects, c.ID)
			assert.Equal(t, []string{"https://suite.example:8443/test/a/gatehouse-conformance/post_logout_redirect"}, c.Returns, c.ID)
		}
	}

	for range 150 { // more than a client may make without --conformance
		got := s.post("/oauth/introspect", conformance.First, conformance.Secret(conformance.First), url.Values{"token": {"x"}})
		require.NotEqual(t, http.StatusTooManyRequests, got.status)
	}
	before := len(s.keys().Keys)
	operator := basic(conformance.Operator, conformance.Secret(conformance.Operator))
	got := s.manage(operator, http.MethodPost, "/keys/rotate", `{"alg":"RS256"}`)
	require.Equal(t, http.StatusCreated, got.status, got.body)
	assert.Len(t, s.keys().Keys, before+1)
	assert.Equal(t, http.StatusForbidden, s.manage(operator, http.MethodGet, "/users", "").status)
}

// It adds its public secrets to no database of others, and its own one is not served without the
// flag.
func TestServerForTheConformanceSuiteKeepsToItsDatabase(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		others := prepare(t, databaseURL)
		others.client("real", "--grant-type", "client_credentials", "--scope", "a")
		path, err := binary()
		require.NoError(t, err)
		serve := exec.Command(path, "serve", "--conformance")
		serve.Env = others.env
		out, err := serve.CombinedOutput()
		require.Error(t, err)
		assert.Contains(t, string(out), "is not a database of --conformance")
		assert.NotContains(t, string(others.command("client", "list")), "conformance")
		assert.NotContains(t, string(others.command("user", "list")), conformance.Username)
	})

	s := conformanceServer(t)
	s.run()
	s.stop()
	path, err := binary()
	require.NoError(t, err)
	own := filepath.Join(s.dataDir(), "conformance.db")
	require.FileExists(t, own)
	production := exec.Command(path, "serve")
	production.Env = append(s.env, "GATEHOUSE_DATABASE_URL=sqlite://"+own)
	out, err := production.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "marked demo")
	content, err := os.ReadFile(own)
	require.NoError(t, err)
	assert.NotContains(t, string(content), conformance.Secret(conformance.First), "secrets are hashed here as well")
}
