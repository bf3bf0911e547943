package ownaccount_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// ended ends the access of an application, and returns what the log says is its client.
func (b *browser) ended(id string) any {
	b.t.Helper()
	line, form := new(canonical.Line), url.Values{"client": {id}, "page": {b.token()}}
	r := b.request(http.MethodPost, "/account/apps", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", issuer)
	w := b.send(r.WithContext(canonical.With(r.Context(), line)))
	require.Equal(b.t, http.StatusSeeOther, w.Code)
	var out bytes.Buffer
	line.Write(b.t.Context(), slog.New(slog.NewJSONHandler(&out, nil)), time.Time{}, 0)
	var fields map[string]any
	require.NoError(b.t, json.Unmarshal(out.Bytes(), &fields))
	return fields["client_id"]
}

// The log names clients, and not what somebody takes for one.
func TestOnlyEndedApplicationsAreLogged(t *testing.T) {
	f := newFixture(t, nil)
	u, now := f.user("alice"), *f.now.Load()
	for _, id := range []string{"books", "maps"} {
		require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{ID: id, Name: id, CreatedAt: now, UpdatedAt: now}))
	}
	standing, err := f.store.Standing(t.Context(), u.ID, "books")
	require.NoError(t, err)
	agreed := consent.Remembered{"": {Scopes: []string{"openid"}}}
	require.NoError(t, f.store.Remember(t.Context(), u.ID, "books", standing.Version, agreed, now))
	alice := f.signIn(u)
	for _, id := range []string{strings.Repeat("x", 5000), "books\nclient_id=admin", "alice@example.com", "maps", ""} {
		assert.Nil(t, alice.ended(id), "%.30q", id)
	}
	assert.Equal(t, "books", alice.ended("books"))
	assert.Nil(t, alice.ended("books"), "again")
}

// The list says which applications nobody vouches for, and leads nobody there.
func TestUnverifiedApplicationsAreMarked(t *testing.T) {
	f := newFixture(t, nil)
	u, now := f.user("alice"), *f.now.Load()
	agreed := consent.Remembered{"": {Scopes: []string{"openid"}}}
	for id, trust := range map[string]client.Trust{"ours": client.Operator, "theirs": client.Unverified, "https://doc.example/client": client.Unverified} {
		require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{
			ID: id, Name: "Notes", Trust: trust, RedirectURIs: []string{"https://to.example/a", "https://to.example/b", "com.example.notes:/cb"},
			InitiateLoginURI: "https://to.example/login", CreatedAt: now, UpdatedAt: now,
		}))
		standing, err := f.store.Standing(t.Context(), u.ID, id)
		require.NoError(t, err)
		require.NoError(t, f.store.Remember(t.Context(), u.ID, id, standing.Version, agreed, now))
	}
	page := f.signIn(u).open("/account/apps").Body.String()
	const marked = "All that is known of it is where it is: "
	assert.Equal(t, 2, strings.Count(page, marked))
	assert.Contains(t, page, marked+"<code>to.example</code> <code>com.example.notes:</code>")
	assert.Contains(t, page, marked+"<code>doc.example</code>")
	assert.Equal(t, 1, strings.Count(page, `href="https://to.example/login?`), "the operator's own")
}
