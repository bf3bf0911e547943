package storagetest

import (
	"context"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// provedBy are the sessions of a user by what was given in them.
func (f *fixture) provedBy(t *testing.T, u *account.User) map[string]*session.Session {
	t.Helper()
	list := map[string]*session.Session{}
	for name, methods := range map[string][]string{
		"password": {"pwd"}, "code": {"pwd", "otp", "mfa"}, "recovery code": {"pwd", "otp", "recovered", "mfa"}, "passkey": {"pop", "user", "mfa"},
		"software key": {"pwd", "swk", "user", "mfa"}, "hardware key": {"hwk", "user"}, "remembered": {"pwd", "remembered"}, "both": {"pwd", "otp", "pop", "user", "mfa"},
	} {
		s := f.newSession(u)
		s.Proofs = session.ProvedAt(f.clock(), methods...)
		require.NoError(t, f.CreateSession(t.Context(), s))
		list[name] = s
	}
	return list
}

// over are the names of the sessions that have ended.
func (f *fixture) over(t *testing.T, list map[string]*session.Session) (names []string) {
	t.Helper()
	for name, s := range list {
		back, err := f.Session(t.Context(), s.ID)
		require.NoError(t, err)
		if back.EndedAt != nil {
			names = append(names, name)
		}
	}
	return names
}

// Who has a factor that was removed does not go on with it, and neither do the applications of that session.
func testSessionsByRemovedFactors(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	people := f.selfService(t, nil)
	var ended []provider.ID
	events := event.NewBus(func(_ context.Context, e event.Event) {
		if one, ok := e.(event.SessionEnded); ok {
			ended = append(ended, one.SessionID)
		}
	})
	gate := audit.NewGate(f.outbox(), f.Store, events, f.clock, rand.Reader)
	apps := factor.NewRegistry(f.Store, gate, people.ring.Key(keyring.Factor), people.registry, events, "https://id.example.com", f.clock, rand.Reader)
	keys, err := passkey.New(passkey.Config{Issuer: "https://id.example.com"}, f.Store, gate, people.registry, apps, events, f.clock, rand.Reader)
	require.NoError(t, err)
	withCode := []string{"code", "recovery code", "both", "remembered"} // a browser may have been remembered by any factor
	withKey := []string{"passkey", "software key", "hardware key", "both", "remembered"}
	for name, tc := range map[string]struct {
		remove func(u *account.User, p *passkey.Passkey, acting provider.ID) error
		want   []string
	}{
		"app": {func(u *account.User, _ *passkey.Passkey, acting provider.ID) error {
			return apps.RemoveTOTP(ctx, u, acting)
		}, withCode},
		"passkey": {func(u *account.User, p *passkey.Passkey, acting provider.ID) error {
			return keys.Remove(ctx, u, p.ID, acting)
		}, withKey},
		"passkey, by an administrator": {func(u *account.User, p *passkey.Passkey, _ provider.ID) error {
			return keys.RemoveFor(ctx, audittest.Operator(), u.ID, p.ID)
		}, withKey},
	} {
		u := f.user(t, name)
		require.NoError(t, f.SetTOTP(ctx, u.ID, factor.StoredTOTP{Sealed: []byte{1}, CreatedAt: f.clock()}))
		p := f.passkey(u.ID, name)
		require.NoError(t, f.AddPasskey(ctx, p))
		u, err := f.User(ctx, u.ID)
		require.NoError(t, err)
		sessions, others := f.provedBy(t, u), f.provedBy(t, f.user(t, "other of "+name))
		acting := f.newSession(u)
		acting.Proofs = sessions["both"].Proofs
		require.NoError(t, f.CreateSession(ctx, acting))
		grants := map[string]provider.ID{}
		for name, g := range map[string]grant.Grant{
			"of a session that ends": {SessionID: sessions["both"].ID},
			"by both":                {SessionID: sessions["both"].ID, AMR: []string{"pwd", "otp", "pop", "user", "mfa"}, Offline: true},
			"by the password":        {SessionID: sessions["password"].ID, AMR: []string{"pwd"}, Offline: true},
			"in the acting session":  {SessionID: acting.ID, AMR: []string{"pwd", "otp", "pop", "user", "mfa"}, Offline: true},
		} {
			g.ID, g.ClientID, g.UserID, g.UserGeneration, g.CreatedAt = f.newID(), "app", u.ID, u.Generation, f.clock()
			require.NoError(t, f.CreateGrant(ctx, &g))
			grants[name] = g.ID
		}
		ended = nil
		require.NoError(t, tc.remove(u, p, acting.ID))
		assert.ElementsMatch(t, tc.want, f.over(t, sessions), name)
		assert.Empty(t, f.over(t, others), "of another user")
		assert.Equal(t, name == "passkey, by an administrator", len(f.over(t, map[string]*session.Session{"acting": acting})) == 1, name)
		var want []provider.ID
		for _, one := range tc.want {
			want = append(want, sessions[one].ID)
		}
		if name == "passkey, by an administrator" {
			want = append(want, acting.ID)
		}
		assert.ElementsMatch(t, want, ended, name)
		for which, id := range grants {
			err := f.InsertToken(ctx, f.token(id))
			goesOn := which == "by the password" || which == "in the acting session" && name != "passkey, by an administrator"
			assert.Equal(t, goesOn, err == nil, "%s, grant %s: %v", name, which, err)
		}
		require.ErrorIs(t, f.CreateSession(ctx, f.newSession(u)), map[bool]error{true: provider.ErrStale, false: nil}[name == "passkey, by an administrator"], "who was signing in meanwhile")
	}
}

// Codes by mail end with what was got by them when something stronger is set up: whoever reads the mailbox must not go on,
// and has seen the recovery codes.
func testStrongerFactorEndsWhatMailGave(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for name, setUp := range map[string]func(s *factors, u *account.User, acting provider.ID) []string{
		"app": func(s *factors, u *account.User, acting provider.ID) []string {
			proposal, err := s.Propose(u)
			require.NoError(t, err)
			codes, err := s.SetUpTOTP(ctx, u, proposal.Secret, factortest.Code(proposal.Secret, f.clock()), acting)
			require.NoError(t, err)
			return codes
		},
		"passkey": func(s *factors, u *account.User, acting provider.ID) []string {
			require.NoError(t, f.AddPasskey(ctx, f.passkey(u.ID, u.Username)))
			codes, err := s.Added(ctx, u, acting)
			require.NoError(t, err)
			return codes
		},
	} {
		s := f.factors(t)
		u := f.user(t, name)
		former := s.setUpMail(t, u)
		sessions := f.provedBy(t, u)
		acting := f.newSession(u)
		acting.Proofs = sessions["code"].Proofs
		require.NoError(t, f.CreateSession(ctx, acting))
		offline := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, UserGeneration: u.Generation, SessionID: sessions["code"].ID, CreatedAt: f.clock(), AMR: []string{"pwd", "otp", "mfa"}, Offline: true}
		require.NoError(t, f.CreateGrant(ctx, offline))
		codes := setUp(s, u, acting.ID)
		assert.Len(t, codes, 10, "%s: those before were made for codes by mail", name)
		require.ErrorIs(t, s.recover(ctx, u, former[0]), factor.ErrCode, name)
		assert.ElementsMatch(t, []string{"code", "recovery code", "both", "remembered"}, f.over(t, sessions), name)
		assert.Empty(t, f.over(t, map[string]*session.Session{"acting": acting}), name)
		require.Error(t, f.InsertToken(ctx, f.token(offline.ID)), name)
	}
}

// New recovery codes end the sessions that were begun by one of those before, which somebody else may have.
func testNewRecoveryCodesEndSessions(t *testing.T, f *fixture) {
	s := f.factors(t)
	u := f.user(t, "alice")
	s.setUp(t, u)
	sessions := f.provedBy(t, u)
	acting := f.newSession(u)
	acting.Proofs = sessions["recovery code"].Proofs
	require.NoError(t, f.CreateSession(t.Context(), acting))
	_, err := s.NewRecoveryCodes(t.Context(), u, acting.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"recovery code"}, f.over(t, sessions))
	assert.Empty(t, f.over(t, map[string]*session.Session{"acting": acting}))
}
