package e2e_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that breaks the database
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// A failed write must not be reported as success: fosite responds to such a revocation with 200
// and leaves the token valid (CVE-2020-15223). The response must not show details of the
// database (Zitadel CVE-2024-32967).
func TestReadOnlyDatabaseYields503(t *testing.T) {
	t.Parallel()
	pg := services.NewPostgres(t, services.Fast)
	s := start(t, pg.EmptyDatabase(t))
	secret := s.client("billing", "--grant-type", "client_credentials")
	token := s.token("billing", secret, nil)

	admin(t, pg, "ALTER SYSTEM SET default_transaction_read_only = on")
	revoke := func() response { return s.post("/oauth/revoke", "billing", secret, url.Values{"token": {token}}) }
	refused := []response{revoke(), s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}})}
	for _, got := range refused {
		assert.Equal(t, http.StatusServiceUnavailable, got.status, got.body)
		assert.Equal(t, "temporarily_unavailable", got.json(t)["error"])
		wait, err := strconv.Atoi(got.header.Get("Retry-After"))
		require.NoError(t, err)
		assert.Positive(t, wait)
		for _, inside := range []string{"postgres", "SQLSTATE", "read-only", "127.0.0.1"} {
			assert.NotContains(t, got.json(t)["error_description"], inside)
		}
	}
	assert.True(t, s.active("billing", secret, token), "still valid, and the client was told of the failure")
	ready := func() int {
		ready, err := http.Get(s.ops + "/healthz/ready")
		require.NoError(t, err)
		require.NoError(t, ready.Body.Close())
		return ready.StatusCode
	}
	assert.Equal(t, http.StatusServiceUnavailable, ready(), "a load balancer must use servers with a writable database")

	admin(t, pg, "ALTER SYSTEM RESET default_transaction_read_only")
	require.Equal(t, http.StatusOK, revoke().status)
	assert.Equal(t, http.StatusOK, ready())
	assert.False(t, s.active("billing", secret, token))
}

// Endpoints that need no database work without it.
func TestDocumentsAreServedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	pg := services.NewPostgres(t, services.Fast)
	s := start(t, pg.EmptyDatabase(t))
	secret := s.client("billing", "--grant-type", "client_credentials")
	s.token("billing", secret, nil)
	require.NoError(t, pg.Kill())

	for _, path := range []string{"/.well-known/openid-configuration", "/oauth/jwks"} {
		assert.Equal(t, http.StatusOK, s.get(path).status, path)
	}
	got := s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}})
	assert.Equal(t, http.StatusServiceUnavailable, got.status, got.body)
	live, err := http.Get(s.ops + "/healthz/live")
	require.NoError(t, err)
	defer live.Body.Close()
	assert.Equal(t, http.StatusOK, live.StatusCode)
	ready, err := http.Get(s.ops + "/healthz/ready")
	require.NoError(t, err)
	defer ready.Body.Close()
	assert.Equal(t, http.StatusServiceUnavailable, ready.StatusCode)
}

// Zitadel CVE-2024-32967: while the database is down, responses show no details of it and ask
// the client to retry.
func TestUnavailableDatabaseLeaksNoDetails(t *testing.T) {
	t.Parallel()
	pg := services.NewPostgres(t, services.Fast)
	address := pg.EmptyDatabase(t)
	database, err := url.Parse(address)
	require.NoError(t, err)
	s, secret := startWithUser(t, address)
	p := s.userAgent(t)
	access := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)["access_token"].(string)
	consent := p.authorize(url.Values{"prompt": {"consent"}})
	require.NoError(t, pg.Kill())

	responses := map[string]response{
		"token":         s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"authorization_code"}, "code": {"gh_ac_x"}}),
		"introspection": s.post("/oauth/introspect", "app", secret, url.Values{"token": {access}}),
		"revocation":    s.post("/oauth/revoke", "app", secret, url.Values{"token": {access}}),
		"UserInfo":      s.userInfo(access),
		"authorize":     p.authorize(nil),
		"sign-in":       p.request(http.MethodPost, "/login", url.Values{"username": {"alice"}, "password": {"wonderland"}}),
		"consent":       p.agree(consent, true),
		"sign-out":      p.open("/oauth/logout"),
	}
	for name, got := range responses {
		shown, err := url.QueryUnescape(got.header.Get("Location"))
		require.NoError(t, err)
		for _, inside := range []string{database.Host, database.User.Username() + "@", database.Path[1:], "postgres", "SQLSTATE", "dial tcp", "connection refused", "goroutine", ".go:"} {
			assert.NotContains(t, got.body+shown, inside, name)
		}
		if name == "token" {
			continue // a malformed code is refused without the database
		}
		if name == "authorize" || name == "consent" {
			assert.Equal(t, "temporarily_unavailable", returned(t, got).Get("error"), name)
			continue
		}
		assert.Equal(t, http.StatusServiceUnavailable, got.status, name)
		assert.NotEmpty(t, got.header.Get("Retry-After"), name)
	}
}

func admin(t *testing.T, pg *services.PG, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", pg.URL("postgres"))
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	for _, each := range []string{statement, "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)"} {
		_, err = db.ExecContext(context.Background(), each)
		require.NoError(t, err)
	}
}
