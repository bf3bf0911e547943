package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

func testConsents(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	standing := func(u *account.User, clientID string) consent.Standing {
		s, err := f.Standing(ctx, u.ID, clientID)
		require.NoError(t, err)
		return s
	}
	assert.Equal(t, consent.Standing{MayUse: true}, standing(alice, "app"))
	require.NoError(t, f.remember(ctx, alice.ID, remembered(consent.Agreement{Scopes: []string{"a"}}), f.clock()))
	all := remembered(
		consent.Agreement{Scopes: []string{"a"}},
		consent.Agreement{Scopes: []string{"b"}, Claims: []string{"email"}, Audience: []string{"https://a", "https://b"}},
	)
	require.NoError(t, f.remember(ctx, alice.ID, all, f.clock()))
	assert.Equal(t, all, standing(alice, "app").Remembered)
	assert.Empty(t, standing(bob, "app").Remembered)
	assert.Empty(t, standing(alice, "other").Remembered)
}

func testConsentListing(t *testing.T, f *fixture) {
	ctx := t.Context()
	want := map[string][]string{}
	for _, id := range []string{"a", "b", "c"} {
		f.client(t, id)
	}
	users := map[string]provider.ID{}
	for _, name := range []string{"alice", "bob", "carol"} {
		f.advance(time.Second) // the list is in the order of ids
		users[name] = f.user(t, name).ID
		for _, id := range []string{"a", "b", "c"} {
			if name == "bob" && id == "b" {
				continue
			}
			require.NoError(t, f.Remember(ctx, users[name], id, "", remembered(consent.Agreement{Scopes: []string{id}}), f.clock()))
			want[name], want[id] = append(want[name], name+" "+id), append(want[id], name+" "+id)
			want["all"] = append(want["all"], name+" "+id)
		}
	}
	for name, of := range map[string]consent.Filter{"all": {}, "alice": {UserID: users["alice"]}, "bob": {UserID: users["bob"]}, "b": {ClientID: "b"}, "c": {ClientID: "c"}} {
		var got []string
		for range 10 {
			page, err := f.Consents(ctx, of, 2)
			require.NoError(t, err)
			for _, c := range page {
				got = append(got, c.Username+" "+c.ClientID)
				of.AfterUser, of.AfterClient = c.UserID, c.ClientID
			}
			if len(page) < 2 {
				break
			}
		}
		assert.Equal(t, want[name], got, name)
	}
	one, err := f.Consents(ctx, consent.Filter{UserID: users["bob"], ClientID: "b"}, 1)
	require.NoError(t, err)
	assert.Empty(t, one)
}

// Two approvals at once, each of which adds to what it read: neither is lost.
func testConsentRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	for round := range 3 {
		add := func(resource string) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				standing, err := f.Standing(ctx, u.ID, "app")
				if err != nil {
					return err
				}
				agreed := standing.Remembered.And(consent.Agreement{Scopes: []string{"read"}, Audience: []string{fmt.Sprint(resource, round)}})
				return f.Remember(ctx, u.ID, "app", standing.Version, agreed, f.clock())
			}
		}
		require.NoError(t, f.overlap(t, add("https://a/"), add("https://b/")))
		standing, err := f.Standing(ctx, u.ID, "app")
		require.NoError(t, err)
		assert.Len(t, standing.Remembered, 2*(round+1))
	}
}

// While replicas of the previous version still run, they read and write scopes, claims and
// audience, and take them for all combinations.
func testConsentsOfThePreviousVersion(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	agreed := consent.Agreement{Scopes: []string{"a", "b"}, Claims: []string{"email"}, Audience: []string{"https://a", "https://b"}}
	require.NoError(t, f.remember(ctx, u.ID, remembered(consent.Agreement{Scopes: []string{"openid"}}, agreed), f.clock()))
	var scopes, claims, audience string
	db := inspect(t, f.url)
	require.NoError(t, db.QueryRowContext(ctx, "SELECT scopes, claims, audience FROM user_consents").Scan(&scopes, &claims, &audience))
	assert.Equal(t, []string{"openid", "", ""}, []string{scopes, claims, audience}, "no combination that nobody agreed to")

	for audience, want := range map[string]consent.Remembered{"": remembered(consent.Agreement{Scopes: []string{"a", "b"}, Claims: []string{"email"}}), "https://a https://b": nil} {
		_, err := db.ExecContext(ctx, "UPDATE user_consents SET agreed = '', scopes = 'a b', claims = 'email', audience = '"+audience+"'")
		require.NoError(t, err)
		standing, err := f.Standing(ctx, u.ID, "app")
		require.NoError(t, err)
		assert.Equal(t, want, standing.Remembered, "audience %q", audience)
		list, err := f.Consents(ctx, consent.Filter{UserID: u.ID}, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		assert.Equal(t, want, list[0].Remembered)
	}
}

// remember replaces what is remembered of a user for the client "app".
func (f *fixture) remember(ctx context.Context, userID provider.ID, r consent.Remembered, at time.Time) error {
	standing, err := f.Standing(ctx, userID, "app")
	if err != nil {
		return err
	}
	return f.Remember(ctx, userID, "app", standing.Version, r, at)
}

func remembered(all ...consent.Agreement) consent.Remembered {
	r := consent.Remembered{}
	for _, a := range all {
		r = r.And(a)
	}
	return r
}
