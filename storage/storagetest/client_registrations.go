package storagetest

import (
	"context"
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// selfRegistered adds a client that registered itself without a token, and is due at a time.
func (f *fixture) selfRegistered(t *testing.T, id string, due time.Time) {
	t.Helper()
	c := sampleClient(id, f.clock())
	c.Trust, c.Restricted = client.Unverified, false
	require.NoError(t, f.AddClient(t.Context(), c))
	require.NoError(t, f.AddRegistration(t.Context(), registration.Kept{ClientID: id, Hash: digest(id), CreatedAt: f.clock(), DueAt: &due}))
}

func testClientRegistrations(t *testing.T, f *fixture) {
	ctx := t.Context()
	operators := sampleClient("operators", f.clock())
	operators.Trust = client.Operator
	require.NoError(t, f.CreateClient(ctx, operators))
	version, _, err := f.Versions(ctx)
	require.NoError(t, err)
	due := f.clock().Add(time.Hour)
	f.selfRegistered(t, "one", due)
	after, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Equal(t, version, after)

	kept, err := f.Registration(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, &registration.Kept{ClientID: "one", Hash: digest("one"), CreatedAt: f.clock(), DueAt: &due}, kept)
	until := f.clock().Add(time.Minute)
	require.NoError(t, f.ReplaceToken(ctx, "one", digest("two"), digest("one"), until))
	kept, err = f.Registration(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, []any{digest("two"), digest("one"), &until}, []any{kept.Hash, kept.Previous, kept.PreviousUntil})
	require.NoError(t, f.EndPreviousToken(ctx, "one", digest("one")), "another one is in force")
	again, err := f.Registration(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, kept, again)
	require.NoError(t, f.EndPreviousToken(ctx, "one", digest("two")))
	kept, err = f.Registration(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, []any{digest("two"), []byte(nil), (*time.Time)(nil)}, []any{kept.Hash, kept.Previous, kept.PreviousUntil})
	require.ErrorIs(t, f.ReplaceToken(ctx, "nobody", digest("two"), nil, until), provider.ErrNotFound)
	_, err = f.Registration(ctx, "operators")
	require.ErrorIs(t, err, provider.ErrNotFound)

	fresh, read := until.Add(time.Hour), until
	document := registration.Document{Hash: digest("three"), ReadAt: &read, FreshUntil: &fresh}
	require.NoError(t, f.KeepDocument(ctx, "one", document))
	kept, err = f.Registration(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, document, kept.Document)
	require.ErrorIs(t, f.KeepDocument(ctx, "nobody", document), provider.ErrNotFound)
	ofDocument := sampleClient("https://notes.example/client.json", f.clock())
	ofDocument.Trust = client.Unverified
	require.NoError(t, f.AddClient(ctx, ofDocument))
	require.NoError(t, f.AddRegistration(ctx, registration.Kept{ClientID: ofDocument.ID, Hash: []byte{}, CreatedAt: f.clock(), DueAt: &due, Document: document}))
	kept, err = f.Registration(ctx, ofDocument.ID)
	require.NoError(t, err)
	assert.Empty(t, kept.Hash)
	assert.Equal(t, document, kept.Document)
	require.ErrorIs(t, f.AddClient(ctx, ofDocument), provider.ErrConflict)
	require.NoError(t, f.DeleteClient(ctx, ofDocument.ID))

	initial := f.newID()
	c := sampleClient("by token", f.clock())
	c.Trust = client.Verified
	require.NoError(t, f.AddClient(ctx, c))
	require.NoError(t, f.AddRegistration(ctx, registration.Kept{ClientID: "by token", Hash: digest("x"), InitialToken: initial, CreatedAt: f.clock()}))
	kept, err = f.Registration(ctx, "by token")
	require.NoError(t, err)
	assert.Equal(t, initial, kept.InitialToken)

	for trust, want := range map[client.Trust]string{client.Operator: "operators", client.Unverified: "one", client.Verified: "by token"} {
		list, err := f.Clients(ctx, trust, "", 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, want, list[0].ID)
		found, err := f.FindClients(ctx, client.Filter{Trust: trust}, 10)
		require.NoError(t, err)
		require.Len(t, found, 1)
		assert.Equal(t, want, found[0].ID)
	}
	first := sampleClient("first by id", f.clock())
	first.Name, first.Trust = "First", client.Operator
	require.NoError(t, f.CreateClient(ctx, first))
	names, err := f.OperatorNames(ctx, 10)
	require.NoError(t, err)
	assert.Len(t, names, 2)
	names, err = f.OperatorNames(ctx, 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"First"}, names)
	for id, want := range map[string]bool{"one": true, first.ID: false} {
		did, err := f.RegisteredItself(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, want, did, id)
	}
	require.NoError(t, f.DeleteClient(ctx, "one"))
	_, err = f.Registration(ctx, "one")
	require.ErrorIs(t, err, provider.ErrNotFound)
}

func testDueRegistrations(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.selfRegistered(t, "unused", f.clock())
	f.selfRegistered(t, "used", f.clock().Add(-time.Second))
	f.selfRegistered(t, "later", f.clock().Add(time.Second))
	u := f.user(t, "alice")
	require.NoError(t, f.CreateGrant(ctx, &grant.Grant{ID: f.newID(), ClientID: "used", UserID: u.ID, Subject: u.Subject, UserGeneration: u.Generation, Scopes: []string{"a"}, CreatedAt: f.clock()}))
	due := func() (due []registration.Due) {
		require.NoError(t, f.InTx(ctx, func(ctx context.Context) (err error) {
			due, err = f.LockDueRegistrations(ctx, f.clock(), 10)
			return err
		}))
		return due
	}
	at := f.clock()
	assert.ElementsMatch(t, []registration.Due{{ClientID: "unused", Trust: client.Unverified}, {ClientID: "used", Trust: client.Unverified, UsedAt: &at, Granted: true}}, due())
	require.NoError(t, f.DeferRegistrations(ctx, []string{"used"}, f.clock().Add(time.Hour)))
	require.NoError(t, f.DeleteClients(ctx, []string{"unused"}))
	assert.Empty(t, due())
}

// Of any number of requests at once an initial access token counts no more than it lets.
func testInitialTokens(t *testing.T, f *fixture) {
	ctx := t.Context()
	token := registration.InitialToken{ID: f.newID(), Hash: digest("t"), Label: "a", Scopes: []string{"b", "c"}, Hosts: []string{"d"}, Audience: []string{"e"}, Vouches: true, MaxUses: 3, CreatedAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour)}
	require.NoError(t, f.AddInitialToken(ctx, token))
	read, err := f.InitialToken(ctx, token.ID)
	require.NoError(t, err)
	assert.Equal(t, token, *read)
	var used atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := f.UseInitialToken(ctx, token.ID, f.clock())
			if err == nil {
				used.Add(1)
				return
			}
			assert.ErrorIs(t, err, provider.ErrNotFound)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 3, used.Load())

	f.advance(time.Second)
	open := registration.InitialToken{ID: f.newID(), Hash: digest("u"), CreatedAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour)}
	require.NoError(t, f.AddInitialToken(ctx, open))
	for range 4 {
		require.NoError(t, f.UseInitialToken(ctx, open.ID, f.clock()))
	}
	list, err := f.InitialTokens(ctx, token.ID, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, 4, list[0].Used)
	require.ErrorIs(t, f.UseInitialToken(ctx, open.ID, open.ExpiresAt), provider.ErrNotFound)
	require.NoError(t, f.RevokeInitialToken(ctx, open.ID, f.clock()))
	require.ErrorIs(t, f.RevokeInitialToken(ctx, open.ID, f.clock()), provider.ErrNotFound)
	require.ErrorIs(t, f.UseInitialToken(ctx, open.ID, f.clock()), provider.ErrNotFound)
	_, err = f.InitialToken(ctx, f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)
}
