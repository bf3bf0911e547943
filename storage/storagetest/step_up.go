package storagetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// A second factor replaces the session, and its grants go on. It does not sign in who has signed out.
func testStepUp(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	s := f.session(t, u)
	g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, SessionID: s.ID, CreatedAt: f.clock()}
	require.NoError(t, f.CreateGrant(ctx, g))
	tok := f.token(g.ID)
	require.NoError(t, f.InsertToken(ctx, tok))
	next := f.newSession(u)
	next.Proofs.Methods, next.Kept = []string{"pwd", "otp", "mfa"}, true
	require.NoError(t, f.StepUpSession(ctx, s.ID, next))
	back, err := f.Session(ctx, next.ID)
	require.NoError(t, err)
	assert.Equal(t, next, back)
	before, err := f.Session(ctx, s.ID)
	require.NoError(t, err)
	assert.NotNil(t, before.EndedAt)
	_, moved, err := f.TokenWithGrant(ctx, tok.ID)
	require.NoError(t, err)
	assert.Equal(t, next.ID, moved.SessionID)
	assert.Nil(t, moved.EndedAt)

	require.ErrorIs(t, f.StepUpSession(ctx, s.ID, f.newSession(u)), provider.ErrStale, "replaced already")
	f.ends(t, next.ID)
	last := f.newSession(u)
	require.ErrorIs(t, f.StepUpSession(ctx, next.ID, last), provider.ErrStale, "signed out")
	_, err = f.Session(ctx, last.ID)
	require.ErrorIs(t, err, provider.ErrNotFound, "nothing is left of it")
}

// Of several at once, one replaces the session.
func testStepUpRace(t *testing.T, f *fixture) {
	u := f.user(t, "alice")
	s := f.session(t, u)
	var replaced atomic.Int32
	var all sync.WaitGroup
	for range 10 {
		next := f.newSession(u)
		all.Go(func() {
			switch err := f.StepUpSession(t.Context(), s.ID, next); {
			case err == nil:
				replaced.Add(1)
			case !errors.Is(err, provider.ErrStale):
				t.Error(err)
			}
		})
	}
	all.Wait()
	assert.Equal(t, int32(1), replaced.Load())
}
