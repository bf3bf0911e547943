package e2e_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// A refusal whose consequence cannot be stored must not look as if it had been carried out: a stolen
// token would stay valid, and nobody would learn of it (RFC 9700 section 4.14.2).
func TestAFailedConsequenceIsAnError(t *testing.T) {
	t.Parallel()
	address := services.Postgres(t).EmptyDatabase(t)
	s, secret := startWithRefresh(t, address)
	p := s.userAgent(t)
	redeem := url.Values{"grant_type": {"authorization_code"}, "code": {p.signIn(nil).Get("code")}, "redirect_uri": {callback}}
	first := s.post("/oauth/token", "app", secret, redeem)
	require.Equal(t, http.StatusOK, first.status, first.body)
	db, err := sql.Open("pgx", address)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	exec := func(statement string) {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = 'insufficient_privilege'; END $$`)
	exec("CREATE TRIGGER refuse BEFORE UPDATE ON grants FOR EACH ROW EXECUTE FUNCTION refuse()")

	redeem.Set("code_verifier", "another-request-than-the-first-0123456789abcdef")
	second := s.post("/oauth/token", "app", secret, redeem)
	assert.Equal(t, http.StatusInternalServerError, second.status, second.body)
	s.soon(func() bool { return strings.Contains(s.log.String(), "used already") }, "the operator learns of the refusal too")
	exec("DROP TRIGGER refuse ON grants")
	third := s.post("/oauth/token", "app", secret, redeem)
	assert.Equal(t, "invalid_grant", third.json(t)["error"])
	assert.Equal(t, http.StatusUnauthorized, s.userInfo(first.json(t)["access_token"].(string)).status, "everything issued for the code is revoked")
}

// A code whose grant has ended is not said to have expired.
func TestACodeOfAnEndedGrantSaysSo(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		code := s.userAgent(t).signIn(nil).Get("code")
		s.command("token", "revoke", "--client", "app", "--yes")
		got := s.exchange(secret, code, nil).json(t)
		assert.Equal(t, "The grant of the authorization code has ended.", got["error_description"])
		assert.Contains(t, string(s.command("explain", got["error_uri"].(string))), "authorization_code_ended")
	})
}
