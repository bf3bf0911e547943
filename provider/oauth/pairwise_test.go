package oauth_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

func pairwise(c *client.Client) { c.SubjectType = client.Pairwise }

func ofSector(host string) *client.Client {
	return &client.Client{ID: "app at " + host, SubjectType: client.Pairwise, RedirectURIs: []string{"https://" + host + "/cb"}}
}

// A thousand users have two thousand subjects at two hosts, of which none says anything about another.
func TestPairwiseSubjectsOfTwoSectorsHaveNothingInCommon(t *testing.T) {
	h := newFixture(t)
	subjects, a, b, public := h.answers.Subjects, ofSector("a.example"), ofSector("b.example"), &client.Client{ID: "public"}
	sibling := ofSector("a.example")
	sibling.ID, sibling.RedirectURIs = "sibling", []string{"https://A.example:8443/other", "https://a.example/third"}
	seen, beginnings := map[string]bool{}, map[string]bool{}
	for i := range 1000 {
		u := &account.User{ID: provider.NewID(h.now.Load().Add(time.Duration(i)), rand.Reader), Subject: fmt.Sprint("subject of ", i)}
		for _, c := range []*client.Client{a, b} {
			sub := subjects.Of(c, u)
			assert.False(t, seen[sub], "used twice")
			assert.False(t, beginnings[sub[:12]], "the ids of these users begin alike, and their subjects must not")
			seen[sub], beginnings[sub[:12]] = true, true
			assert.Len(t, sub, 44)
			id, ok := subjects.Read(sub)
			assert.True(t, ok)
			assert.Equal(t, u.ID, id)
			assert.True(t, subjects.InSector(sub, c.Sector(), u.ID))
			assert.False(t, subjects.InSector(sub, "c.example", u.ID))
			c := client.Client{ID: sub, GrantTypes: cc}
			c.FillDefaults()
			assert.Error(t, c.Validate(), "no client passes for the user")
		}
		assert.Equal(t, subjects.Of(a, u), subjects.Of(sibling, u), "clients of one sector")
		assert.Equal(t, u.Subject, subjects.Of(public, u))
	}
	assert.Len(t, seen, 2000)
	for _, text := range []string{"", "_", "subject", provider.RandomID(rand.Reader).String(), "_" + strings.Repeat("A", 42), "_" + strings.Repeat("A", 44), "_" + strings.Repeat("=", 43), "_" + strings.Repeat("A", 42) + "B", "A" + strings.Repeat("A", 43)} {
		_, ok := subjects.Read(text)
		assert.False(t, ok, text)
	}
}

// A pairwise subject stays the same whatever is rotated, and differs between deployments.
func TestPairwiseSubjectsOutliveRotations(t *testing.T) {
	h := newFixture(t)
	u := &account.User{ID: provider.NewID(*h.now.Load(), rand.Reader), Subject: "alice"}
	want := h.answers.Of(ofSector("a.example"), u)
	clock := func() time.Time { return *h.now.Load() }
	of := func(ring *keyring.Ring) string {
		subjects, err := oauth.NewSubjects(ring.Key(keyring.PairwiseSubject))
		require.NoError(t, err)
		return subjects.Of(ofSector("a.example"), u)
	}
	open := func(secrets keyring.Secrets) *keyring.Ring {
		ring, err := keyring.Open(t.Context(), h.store, h.gate, secrets, clock, rand.Reader)
		require.NoError(t, err)
		return ring
	}
	rotating := open(keyring.Secrets{Current: make([]byte, 32)})
	require.NoError(t, rotating.Rotate(t.Context(), audittest.Operator(), *h.now.Load()))
	h.advance(3000 * 24 * time.Hour)
	_, err := rotating.Retire(t.Context(), audittest.Operator())
	require.NoError(t, err)
	assert.Equal(t, want, of(rotating))
	secret := bytes.Repeat([]byte{1}, 32)
	assert.Equal(t, want, of(open(keyring.Secrets{Current: secret, Previous: [][]byte{make([]byte, 32)}})), "another secret")
	assert.Equal(t, want, of(open(keyring.Secrets{Current: secret})), "and the first one forgotten")
	other, err := oauth.NewSubjects(fixedKey{})
	require.NoError(t, err)
	assert.NotEqual(t, want, other.Of(ofSector("a.example"), u), "another server")
}

// Whatever a client gets about a user has its subject, and none has the public one.
func TestAPairwiseClientSeesNoPublicSubject(t *testing.T) {
	for _, format := range []client.TokenFormat{client.Opaque, client.JWT} {
		t.Run(string(format), func(t *testing.T) {
			r := newRefreshing(t, func(c *client.Client) {
				pairwise(c)
				c.TokenFormat, c.Audience = format, append(c.Audience, "api")
			})
			c, err := r.store.Client(t.Context(), "app")
			require.NoError(t, err)
			want := r.answers.Of(c, r.user)
			require.NotEqual(t, want, r.user.Subject)
			first := r.signIn("openid profile", nil)
			second, err := r.refresh(first["refresh_token"], nil)
			require.NoError(t, err)
			for _, tokens := range []map[string]any{first, second} {
				assert.Equal(t, want, claimsOf(t, tokens["id_token"])["sub"])
				assert.Equal(t, want, r.released(tokens["access_token"])["sub"])
				if format == client.JWT {
					assert.Equal(t, want, claimsOf(t, tokens["access_token"])["sub"], "the client can read it")
				}
				got, err := r.provider.Introspect(t.Context(), basic("app", r.secret, url.Values{"token": {tokens["access_token"].(string)}}))
				require.NoError(t, err)
				assert.Equal(t, want, got.Subject)
			}
			// A resource server sees the subject of the token, not one of its own.
			api := r.client(client.Client{ID: "api", GrantTypes: cc})
			forAPI := r.signIn("openid", url.Values{"audience": {"api"}})
			got, err := r.provider.Introspect(t.Context(), basic("api", api, url.Values{"token": {forAPI["access_token"].(string)}}))
			require.NoError(t, err)
			assert.True(t, got.Active)
			assert.Equal(t, want, got.Subject)

			own, err := r.provider.Foresee(t.Context(), r.params(nil), r.user, []string{"pwd"})
			require.NoError(t, err)
			assert.Equal(t, want, own.UserInfo["sub"])
		})
	}
}

// Other redirect URIs of the same host leave the subject as it is.
func TestPairwiseSubjectsFollowNoRedirectURI(t *testing.T) {
	r := newRefreshing(t, pairwise)
	before := claimsOf(t, r.signIn("openid", nil)["id_token"])["sub"]
	_, err := r.registry.Update(t.Context(), audittest.Operator(), "app", func(c *client.Client) error {
		c.RedirectURIs = []string{callback, "https://app.example.com:8443/another"}
		return nil
	})
	require.NoError(t, err)
	r.directory.Forget("app")
	assert.Equal(t, before, claimsOf(t, r.signIn("openid", nil)["id_token"])["sub"])
	r.fetches.set([]byte(`["`+callback+`","https://other.example/cb"]`), nil)
	_, err = r.registry.Update(t.Context(), audittest.Operator(), "app", func(c *client.Client) error {
		c.RedirectURIs, c.SectorIdentifierURI = []string{callback, "https://other.example/cb"}, "https://app.example.com/sector.json"
		return nil
	})
	require.NoError(t, err)
	r.directory.Forget("app")
	assert.Equal(t, before, claimsOf(t, r.signIn("openid", nil)["id_token"])["sub"])
}

// A client that knows people in another way from now on has to ask them again.
func TestAChangedSubjectTypeEndsWhatWasIssued(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid offline_access", nil)
	change := func(to client.SubjectType) {
		_, err := r.registry.Update(t.Context(), audittest.Operator(), "app", func(c *client.Client) error { c.SubjectType = to; return nil })
		require.NoError(t, err)
		r.directory.Forget("app")
	}
	change(client.Pairwise)
	_, err := r.refresh(first["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
	assert.False(t, r.active("app", r.secret, first["access_token"].(string)))
	second := r.signIn("openid", nil)
	assert.NotEqual(t, claimsOf(t, first["id_token"])["sub"], claimsOf(t, second["id_token"])["sub"])

	// ID tokens of before are still good as hints, for the same user.
	for _, tokens := range []map[string]any{first, second} {
		hint, err := r.idTokens.Hint(t.Context(), tokens["id_token"].(string))
		require.NoError(t, err)
		assert.True(t, hint.Means(r.user))
		assert.False(t, hint.Means(&account.User{ID: r.session.ID, Subject: "bob"}))
	}
}

// id_token_hint and the sub of the claims parameter name the user by the client's own subject. By a public subject a
// client could else find out whose pairwise one it has.
func TestRequestsNameUsersByPairwiseSubjects(t *testing.T) {
	r := newRefreshing(t, pairwise)
	tokens := r.signIn("openid", nil)
	other := r.person("bob")
	next := func(more url.Values) error {
		more.Set("prompt", "none")
		_, err := r.provider.Next(t.Context(), r.flow(more), r.session)
		return err
	}
	c, err := r.store.Client(t.Context(), "app")
	require.NoError(t, err)
	sub := func(of string) url.Values {
		return url.Values{"claims": {`{"id_token":{"sub":{"value":"` + of + `"}}}`}}
	}
	require.NoError(t, next(url.Values{"id_token_hint": {tokens["id_token"].(string)}}))
	require.NoError(t, next(sub(r.answers.Of(c, r.user))))
	for name, more := range map[string]url.Values{
		"another user": sub(r.answers.Of(c, other.User)), "the public subject": sub(r.user.Subject), "of another sector": sub(r.answers.Of(ofSector("b.example"), r.user)),
	} {
		t.Log(name)
		assertRefused(t, next(more), "login_required")
	}
	_, err = r.provider.Next(t.Context(), r.flow(url.Values{"id_token_hint": {tokens["id_token"].(string)}, "prompt": {"none"}}), other)
	assertRefused(t, err, "login_required")
}

func BenchmarkPairwiseSubject(b *testing.B) {
	subjects, err := oauth.NewSubjects(fixedKey{})
	require.NoError(b, err)
	c, u := ofSector("a.example"), &account.User{ID: provider.RandomID(rand.Reader), Subject: "alice"}
	for b.Loop() {
		subjects.Of(c, u)
	}
}

type fixedKey struct{}

func (fixedKey) Permanent(info []byte, size int) ([]byte, error) {
	return bytes.Repeat(info[:1], size), nil
}

// An operator finds the user of a pairwise subject, and is not deceived by one that somebody made up.
func TestPairwiseSubjectsAreFound(t *testing.T) {
	r := newRefreshing(t, pairwise)
	finder := oauth.NewSubjectFinder(r.answers.Subjects, connected.NewRegistry(r.store, r.gate, func() time.Time { return *r.now.Load() }))
	r.users.ReadPairwise(finder)
	c, err := r.store.Client(t.Context(), "app")
	require.NoError(t, err)
	sub := r.answers.Of(c, r.user)
	before := r.statements.Load()
	_, err = finder.UserOf(t.Context(), r.user.Subject)
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.Equal(t, before, r.statements.Load())
	_, err = r.users.Find(t.Context(), sub)
	require.ErrorIs(t, err, provider.ErrNotFound, "no application has it yet")

	r.signIn("openid", nil)
	for _, find := range []func(context.Context, string) (*account.User, error){r.users.Find, r.users.FindSubject} {
		u, err := find(t.Context(), sub)
		require.NoError(t, err)
		assert.Equal(t, r.user.ID, u.ID)
		_, err = find(t.Context(), r.answers.Of(ofSector("b.example"), r.user))
		require.ErrorIs(t, err, provider.ErrNotFound, "the id can be read, and no application is of that sector")
		made := []byte(sub)
		made[5] ^= 1
		_, err = find(t.Context(), string(made))
		require.ErrorIs(t, err, provider.ErrNotFound)
	}
	before = r.statements.Load()
	_, err = finder.UserOf(t.Context(), sub)
	require.NoError(t, err)
	assert.Equal(t, before+3, r.statements.Load(), "however many applications there are")
	u, err := r.users.FindSubject(t.Context(), r.user.Subject)
	require.NoError(t, err)
	assert.Equal(t, r.user.ID, u.ID)
}
