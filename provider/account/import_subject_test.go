package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// The applications that knew a deleted user would take another user with the same subject for it (OpenID
// Connect Core section 5.7), and a client with that id as well (RFC 9700 section 4.15).
func TestImportGivesNoSubjectOfAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	mine := provider.ID{1, 2, 3}
	imported := func() *account.User {
		return &account.User{ID: mine, Subject: "auth0|5f7c8ec7", Username: "ada"}
	}
	require.Equal(t, []error{nil}, f.add(t, imported()))
	require.NoError(t, f.users.Delete(ctx, audittest.Operator(), mine))
	other := provider.ID{0xab, 0xcd}
	require.Equal(t, []error{nil}, f.add(t, &account.User{ID: other, Username: "other"}))
	require.NoError(t, f.store.CreateClient(ctx, &client.Client{ID: "billing", CreatedAt: time.Now(), UpdatedAt: time.Now()}))
	require.NoError(t, f.store.CreateClient(ctx, &client.Client{ID: provider.ID{7}.String(), CreatedAt: time.Now(), UpdatedAt: time.Now()}))
	for _, dry := range []bool{true, false} {
		results, err := f.users.Import(f.store, audittest.Operator(), dry).Add(ctx, []*account.User{
			{Subject: "auth0|5f7c8ec7", Username: "second"},
			{Subject: mine.String(), Username: "third"},
			{ID: mine, Username: "fourth"},
			imported(),
			{Subject: "billing", Username: "fifth"},
			{ID: provider.ID{7}, Username: "sixth"},
			{Subject: "Billing", Username: "seventh"},
			{Subject: strings.ToUpper(mine.String()), Username: "eighth"},
			{Subject: strings.ReplaceAll(provider.ID{7}.String(), "-", ""), Username: "ninth"},
			{Subject: strings.ToUpper(other.String()), Username: "tenth"},
			{Subject: "ABCDEF00-0000-4000-8000-000000000000", Username: "eleventh"},
			{Subject: "abcdef00-0000-4000-8000-000000000000", Username: "twelfth"},
			{Username: "auth0_5f7c8ec7"},
		}, nil)
		require.NoError(t, err)
		for n, want := range []struct{ field, why string }{
			{"sub", "deleted"},
			{"sub", "deleted"},
			{"id", "deleted"},
			{"id", "deleted"},
			{"sub", "a client"},
			{"id", "a client"},
			{},
			{"sub", "deleted"},
			{"sub", "a client"},
			{"sub", "another user"},
			{},
			{"sub", "an earlier entry"},
			{},
		} {
			if want.field == "" {
				require.NoError(t, results[n], n)
				continue
			}
			var conflict *account.Conflict
			require.ErrorAs(t, results[n], &conflict, n)
			assert.Equal(t, want.field, conflict.Field)
			assert.Contains(t, conflict.Message, want.why)
		}
	}
	_, err := f.store.UserByLogin(ctx, "second")
	require.ErrorIs(t, err, provider.ErrNotFound)
}
