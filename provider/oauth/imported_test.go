package oauth_test

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/hydra"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/hydradb"
)

const hydraFixture = "../../storage/hydradb/testdata/"

// moved is a provider that took over what a real Hydra had.
type moved struct {
	*fixture

	tokens map[string]string // by the names in the README of the fixture
	again  func() *imports.Report
	file   string // the database of Hydra
}

func newMoved(t *testing.T) *moved {
	t.Helper()
	return newMovedFrom(t, hydraFixture+"hydra.sqlite")
}

func newMovedFrom(t *testing.T, file string) *moved {
	t.Helper()
	m := &moved{fixture: newFixture(t), file: file}
	m.advanceTo(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC))
	require.NoError(t, m.keys.Ensure(t.Context(), audittest.Operator(), keys.RS256))
	text, err := os.ReadFile(hydraFixture + "tokens.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &m.tokens))
	secret, err := os.ReadFile(hydraFixture + "system-secret")
	require.NoError(t, err)
	secrets, err := hydra.ParseSecrets(string(secret))
	require.NoError(t, err)
	m.again = func() *imports.Report { return m.run(secrets) }
	report := m.again()
	require.Equal(t, 5, report.Counts[imports.KindRefreshToken].Imported)
	require.NoError(t, m.imported.Refresh(t.Context()))
	return m
}

func (m *moved) run(secrets hydra.Secrets) *imports.Report {
	m.t.Helper()
	db, err := hydradb.Open(m.t.Context(), "sqlite://"+m.file, *m.now.Load())
	require.NoError(m.t, err)
	defer func() { assert.NoError(m.t, db.Close()) }()
	kinds := map[imports.Kind]bool{imports.KindClient: true, imports.KindUser: true, imports.KindRefreshToken: true}
	reader := hydra.NewReader(db, secrets, hydra.Options{Kinds: kinds})
	defer reader.Close()
	clock := func() time.Time { return *m.now.Load() }
	source := imports.Source{System: "hydra"}
	tokens := grant.NewImport(m.store, m.gate, m.ring.Key(keyring.TokenHash), m.ring.Key(keyring.ImportedSecret), clock, rand.Reader, m.lifetimes, audittest.Operator(),
		grant.ImportOptions{Keys: secrets.Keys()})
	users := imports.NewUsers(m.users.Import(m.store, audittest.Operator(), false), source)
	report, err := imports.Run{Sinks: map[imports.Kind]imports.Sink{
		imports.KindClient:       imports.NewClients(m.registry.Import(m.store, audittest.Operator(), false), source, imports.ClientOptions{Management: imports.Management{LeaveOut: true}}),
		imports.KindUser:         imports.NewSubjects(m.store, users),
		imports.KindRefreshToken: imports.NewRefreshTokens(tokens, source),
	}}.Do(m.t.Context(), reader)
	require.NoError(m.t, err)
	return report
}

// web and spa refresh as these clients.
func (m *moved) web(token string) (map[string]any, error) {
	answer, err := m.provider.Token(m.t.Context(), basic("web", "secret-of-web", refreshOf(token)))
	return answer.Parameters, err
}

func (m *moved) spa(token string) (map[string]any, error) {
	form := refreshOf(token)
	form.Set("client_id", "spa")
	answer, err := m.provider.Token(m.t.Context(), request(form))
	return answer.Parameters, err
}

func (m *moved) webActive(token string) bool { return m.active("web", "secret-of-web", token) }

func refreshOf(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// A scope at Hydra that has the name of a management scope gives no power here, and keeps nobody from
// refreshing.
func TestTokensOfHydraHaveNoManagementScope(t *testing.T) {
	text, err := os.ReadFile(hydraFixture + "hydra.sqlite")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "hydra.sqlite")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	db, err := sql.Open("sqlite", "file:"+file)
	require.NoError(t, err)
	for _, statement := range []string{
		"UPDATE hydra_client SET scope = scope || ' gatehouse:users:write' WHERE id = 'web'",
		"UPDATE hydra_oauth2_refresh SET granted_scope = granted_scope || '|gatehouse:users:write' WHERE client_id = 'web'",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	m := newMovedFrom(t, file)
	c, err := m.store.Client(t.Context(), "web")
	require.NoError(t, err)
	assert.False(t, c.MayAsk("gatehouse:users:write"))
	got, err := m.web(m.tokens["alice_web"])
	require.NoError(t, err)
	assert.Contains(t, got["scope"], "openid")
	assert.NotContains(t, got["scope"], "gatehouse:")
}

// A token of Hydra is exchanged for one of this server, which goes on.
func TestTokensOfHydraAreAcceptedOnce(t *testing.T) {
	m := newMoved(t)
	old := m.tokens["alice_web"]
	got, err := m.provider.Introspect(t.Context(), basic("web", "secret-of-web", url.Values{"token": {old}}))
	require.NoError(t, err)
	assert.True(t, got.Active)
	assert.Equal(t, "refresh_token", got.TokenUse)
	assert.Equal(t, "alice", got.Subject)
	first, err := m.web(old)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(first["refresh_token"].(string), "gh_rt_"))
	assert.Equal(t, "offline_access openid profile", first["scope"])
	before, after := claimsOf(t, m.tokens["id_token"]), claimsOf(t, first["id_token"])
	for _, same := range []string{"sub", "auth_time", "acr", "amr"} {
		assert.Equal(t, before[same], after[same], same)
	}
	assert.False(t, m.webActive(old), "used")
	second, err := m.web(first["refresh_token"].(string))
	require.NoError(t, err)
	m.advance(24 * time.Hour)
	_, err = m.web(second["refresh_token"].(string))
	require.NoError(t, err)
	public, err := m.spa(m.tokens["alice_spa"])
	require.NoError(t, err)
	assert.NotEmpty(t, public["access_token"])
	narrow, err := m.provider.Token(t.Context(), basic("web", "secret-of-web", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {m.tokens["bob_web"]}, "scope": {"openid"},
	}))
	require.NoError(t, err)
	assert.Equal(t, "openid", narrow.Parameters["scope"])
	assert.EqualValues(t, 0, m.events.Count("refresh_reuse_detected"))
}

// Whoever has the database of Hydra has the signature of each token, which suffices for nothing; nor does
// the token without the client.
func TestTokensOfHydraCannotBeForged(t *testing.T) {
	m := newMoved(t)
	old := m.tokens["alice_web"]
	key, signature, _ := strings.Cut(strings.TrimPrefix(old, "ory_rt_"), ".")
	for _, forged := range []string{
		"ory_rt_" + strings.Repeat("A", 43) + "." + signature, "." + signature, signature, key, key + ".", "ory_rt_" + key + "." + strings.Repeat("A", 43),
		"ory_at_" + key + "." + signature, "ory_rt_ory_rt_" + key + "." + signature, old + "A", old + ".", old + "=", old + "\n",
		m.tokens["dave_used"], m.tokens["erin_revoked"], strings.Repeat("A", 2000) + "." + signature, "\x00",
	} {
		_, err := m.web(forged)
		assertRefused(t, err, "invalid_grant")
		assert.False(t, m.webActive(forged))
		require.NoError(t, m.provider.Revoke(t.Context(), basic("web", "secret-of-web", url.Values{"token": {forged}})))
	}
	// Another client neither uses nor ends nor sees it.
	_, err := m.spa(old)
	assertRefused(t, err, "invalid_grant")
	form := url.Values{"token": {old}, "client_id": {"spa"}}
	assertRefused(t, m.provider.Revoke(t.Context(), request(form)), "invalid_grant")
	assert.False(t, m.active("batch", "secret-of-batch", old))
	_, err = m.provider.UserInfo(t.Context(), &oauth.Call{Authorization: []string{"Bearer " + old}})
	require.Error(t, err)
	_, err = m.web(old)
	require.NoError(t, err)
}

// A repeated use within the grace period gets the same successor, in whichever form the token is
// presented; a later one ends the grant.
func TestTokensOfHydraUsedTwice(t *testing.T) {
	m := newMoved(t)
	old := m.tokens["alice_web"]
	first, err := m.web(old)
	require.NoError(t, err)
	m.advance(grant.Grace - time.Second)
	again, err := m.web(strings.TrimPrefix(old, "ory_rt_"))
	require.NoError(t, err)
	assert.Equal(t, first["refresh_token"], again["refresh_token"])
	assert.Equal(t, first["access_token"], again["access_token"])
	m.advance(time.Second)
	_, err = m.spa(old)
	assertRefused(t, err, "invalid_grant")
	assert.True(t, m.webActive(first["refresh_token"].(string)), "another client ends nothing")
	_, err = m.web(old)
	assertRefused(t, err, "invalid_grant")
	assert.False(t, m.webActive(first["refresh_token"].(string)))
	assert.EqualValues(t, 1, m.events.Count("refresh_reuse_detected"))
}

func TestTokensOfHydraRace(t *testing.T) {
	m := newMoved(t)
	var mu sync.Mutex
	got := map[any]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			answer, err := m.spa(m.tokens["alice_spa"])
			if assert.NoError(t, err) {
				mu.Lock()
				got[answer["refresh_token"]]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Len(t, got, 1, "one successor")
}

// A client that keeps its refresh token exchanges one of Hydra all the same.
func TestTokensOfHydraAreRotatedForEveryClient(t *testing.T) {
	m := newMoved(t)
	_, err := m.registry.Update(t.Context(), audittest.Operator(), "web", func(c *client.Client) error {
		c.RefreshTokenRotation = client.Reuse
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, m.directory.Flush(t.Context()))
	first, err := m.web(m.tokens["alice_web"])
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(first["refresh_token"].(string), "gh_rt_"))
}

func TestTokensOfHydraRevoked(t *testing.T) {
	m := newMoved(t)
	old := m.tokens["bob_web"]
	require.True(t, m.webActive(old))
	require.NoError(t, m.provider.Revoke(t.Context(), basic("web", "secret-of-web", url.Values{"token": {old}})))
	assert.False(t, m.webActive(old))
	_, err := m.web(old)
	assertRefused(t, err, "invalid_grant")
}

// A repeated import adds nothing, and revives nothing that was used or revoked.
func TestTokensOfHydraImportedAgain(t *testing.T) {
	m := newMoved(t)
	first, err := m.web(m.tokens["alice_web"])
	require.NoError(t, err)
	m.advance(100 * 24 * time.Hour) // the tokens of this server have expired, those of Hydra have not
	janitor := storage.NewJanitor(m.store, slog.New(slog.DiscardHandler), func() time.Time { return *m.now.Load() }, nil)
	_, err = janitor.Sweep(t.Context())
	require.NoError(t, err)
	report := m.again()
	assert.Equal(t, &imports.Count{Read: 5, Present: 5}, report.Counts[imports.KindRefreshToken])
	require.NoError(t, m.imported.Refresh(t.Context()))
	for _, token := range []string{m.tokens["alice_web"], m.tokens["bob_web"], first["refresh_token"].(string)} {
		_, err = m.web(token)
		assertRefused(t, err, "invalid_grant")
	}
	secrets, err := m.store.ImportedSecrets(t.Context())
	require.NoError(t, err)
	assert.Empty(t, secrets, "the secret goes with the last token")
}

// The idle and absolute lifetimes of this server apply.
func TestTokensOfHydraExpire(t *testing.T) {
	m := newMoved(t)
	m.advance(90*24*time.Hour - time.Second)
	_, err := m.web(m.tokens["alice_web"])
	require.NoError(t, err)
	m.advance(time.Second)
	_, err = m.web(m.tokens["bob_web"])
	assertRefused(t, err, "invalid_grant")
}

func TestTokensOfHydraEndWithTheUser(t *testing.T) {
	m := newMoved(t)
	_, err := m.users.Update(t.Context(), audittest.Operator(), "bob", func(u *account.User) { u.Disabled = true })
	require.NoError(t, err)
	_, err = m.web(m.tokens["bob_web"])
	assertRefused(t, err, "invalid_grant")
}

// Arbitrary text costs no statement beyond those that authenticate the client.
func TestTokensOfHydraCostNothing(t *testing.T) {
	m := newMoved(t)
	_, err := m.spa("warm")
	assertRefused(t, err, "invalid_grant")
	before := m.statements.Load()
	_, err = m.spa(strings.Repeat("A", 43) + "." + strings.Repeat("A", 43))
	assertRefused(t, err, "invalid_grant")
	assert.Equal(t, before, m.statements.Load())
}
