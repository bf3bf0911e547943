package oauth_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/token"
	"github.com/gatehouse-id/gatehouse/storage"
)

// A code that does not exist costs one query and not SQLite's write lock, which an attacker could
// otherwise keep busy with made-up codes.
func TestACodeThatDoesNotExistCostsOneStatement(t *testing.T) {
	h := newFixture(t)
	secret := h.app("ES256")
	madeUp := token.New(token.Code, provider.NewID(*h.now.Load(), rand.Reader), rand.Reader).Encode()
	_, err := h.exchange(secret, madeUp)
	assertRefused(t, err, "invalid_grant")

	h.statements.Store(0)
	require.NoError(t, h.store.InTx(t.Context(), func(context.Context) error { // the writer is busy
		before := h.statements.Load()
		_, err := h.exchange(secret, madeUp)
		assertRefused(t, err, "invalid_grant")
		assert.EqualValues(t, 1, h.statements.Load()-before)
		return nil
	}))
}

// busyKeys is a signer that checks that SQLite's write lock is free whenever it signs.
type busyKeys struct {
	*keys.Manager

	h      *fixture
	signed int
}

func (k *busyKeys) Sign(ctx context.Context, alg keys.Algorithm, typ string, payload []byte) (string, error) {
	k.signed++
	own, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := k.h.store.InTx(own, func(context.Context) error { return nil })
	require.NoError(k.h.t, err, "the database can be written to")
	return k.Manager.Sign(ctx, alg, typ, payload)
}

// A signature takes longer than all statements of a request together: none is made while the write
// lock of the database is held.
func TestNothingIsSignedWhileTheDatabaseIsLocked(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.TokenFormat = client.JWT })
	signer := &busyKeys{Manager: r.keys, h: r.fixture}
	tokens := grant.NewIssuer(r.store, r.ring.Key(keyring.TokenHash), oauth.NewMinter(signer, r.store, r.answers.Subjects, issuer), (*event.Bus)(nil), r.gate, r.domain.Clock, rand.Reader, r.lifetimes)
	domain := r.domain
	domain.Issuer = tokens
	domain.Codes = grant.NewCodes(r.store, r.store, tokens)
	domain.Refresh = grant.NewRefresher(r.store, r.store, tokens, r.ring.Key(keyring.RefreshSuccessor), r.imported)
	domain.IDTokens = oauth.NewIDTokens(signer, r.store, r.scopes, oauth.NewAnswers(r.answers.Subjects, signer, nil), issuer, r.domain.Clock, time.Hour)
	p, err := oauth.New(oauth.Settings{Issuer: issuer}, domain)
	require.NoError(t, err)
	r.provider = p

	first := r.signIn("openid profile offline_access", nil)
	assert.Equal(t, 2, signer.signed, "an access token and an ID token")
	_, err = r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.Equal(t, 4, signer.signed)
}

// unsigned cannot sign ID tokens.
type unsigned struct{ *keys.Manager }

func (u unsigned) Sign(ctx context.Context, alg keys.Algorithm, typ string, payload []byte) (string, error) {
	if typ == "JWT" {
		return "", provider.ErrUnavailable
	}
	return u.Manager.Sign(ctx, alg, typ, payload)
}

// When a token cannot be signed, neither the code nor the refresh token is used up.
func TestWhatCannotBeSignedIsNotSpent(t *testing.T) {
	r := newRefreshing(t, nil)
	good := r.provider
	domain := r.domain
	domain.IDTokens = oauth.NewIDTokens(unsigned{r.keys}, r.store, r.scopes, oauth.NewAnswers(r.answers.Subjects, unsigned{r.keys}, nil), issuer, r.domain.Clock, time.Hour)
	broken, err := oauth.New(oauth.Settings{Issuer: issuer}, domain)
	require.NoError(t, err)

	code, err := r.approve(t.Context(), r.flow(url.Values{"scope": {"openid offline_access"}}), r.session, false)
	require.NoError(t, err)
	r.provider = broken
	_, err = r.exchange(r.secret, code)
	require.ErrorIs(t, err, provider.ErrUnavailable)
	r.provider = good
	first, err := r.exchange(r.secret, code)
	require.NoError(t, err)

	r.provider = broken
	_, err = r.refresh(first.Parameters["refresh_token"], nil)
	require.ErrorIs(t, err, provider.ErrUnavailable)
	r.provider = good
	_, err = r.refresh(first.Parameters["refresh_token"], nil)
	require.NoError(t, err)
}

// forgetful fails to store a remembered consent.
type forgetful struct{ *storage.Store }

func (forgetful) Remember(context.Context, provider.ID, string, string, consent.Remembered, time.Time) error {
	return provider.ErrUnavailable
}

// Grant, code and remembered consent are stored together: an approval that failed can be repeated.
func TestAnApprovalThatFailedCanBeRepeated(t *testing.T) {
	h := newFixture(t)
	secret := h.app("ES256")
	s, flow := h.person("alice"), h.flow(nil)
	good := h.provider
	domain := h.domain
	domain.Consents = forgetful{h.store}
	broken, err := oauth.New(oauth.Settings{Issuer: issuer}, domain)
	require.NoError(t, err)
	h.provider = broken
	_, err = h.approve(t.Context(), flow, s, true)
	require.ErrorIs(t, err, provider.ErrUnavailable)
	assert.Zero(t, h.events.Count("authorization_approved"))

	h.provider = good
	code, err := h.approve(t.Context(), flow, s, true)
	require.NoError(t, err)
	_, err = h.exchange(secret, code)
	require.NoError(t, err)
}

// Events are published after the commit, and dropped on a rollback.
func TestEventsWaitForTheCommit(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s := h.person("alice")
	before := h.events.Count("authorization_approved")
	err := h.store.InTx(t.Context(), func(ctx context.Context) error {
		_, err := h.approve(ctx, h.flow(nil), s, false)
		require.NoError(t, err)
		assert.Equal(t, before, h.events.Count("authorization_approved"), "not yet")
		return provider.ErrUnavailable
	})
	require.ErrorIs(t, err, provider.ErrUnavailable)
	assert.Equal(t, before, h.events.Count("authorization_approved"), "it was rolled back")
	require.NoError(t, h.store.InTx(t.Context(), func(ctx context.Context) error {
		_, err := h.approve(ctx, h.flow(nil), s, false)
		return err
	}))
	assert.Equal(t, before+1, h.events.Count("authorization_approved"))
}

// The refusal of an unknown response type lists the offered ones.
func TestAnUnknownResponseTypeNamesTheKnownOnes(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	_, err := h.provider.CheckForm(t.Context(), h.params(url.Values{"response_type": {"id_token"}}))
	r := assertRefused(t, err, "unsupported_response_type")
	assert.True(t, strings.HasSuffix(r.Description, "it supports code."), r.Description)
	assert.Equal(t, refusal.CheckResponseType, r.Check)
}
