package resource_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// A handler that sorts or changes what it gets must not change what the next request gets.
func TestPrincipalsAreCopies(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	token := f.Token(claims{"scope": "a b", "roles": []string{"clerk"}, "amr": "pwd"})
	for range 3 {
		p, err := f.Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, p.Scopes)
		assert.Equal(t, "alice", p.Claims()["sub"])
		assert.True(t, p.HasRole("clerk"))
		p.Scopes[0], p.Audience[0], p.AMR[0], p.Roles[0] = "admin", "x", "x", "admin"
		p.Claims()["sub"] = "admin"
	}
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p, ok := resource.FromContext(r.Context())
		assert.True(t, ok)
		assert.Equal(t, []string{"a", "b"}, p.Scopes)
		p.Scopes[0] = "admin"
	})
	for range 2 {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		f.Authenticate(handler).ServeHTTP(httptest.NewRecorder(), r)
	}
}

// RFC 6749 section 3.3: scopes are separated by spaces, and by nothing else.
func TestScopesAreSeparatedBySpaces(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for text, want := range map[string][]string{" a  b ": {"a", "b"}, "a\tadmin": {"a\tadmin"}, "a\nadmin b": {"a\nadmin", "b"}, "a\u00a0admin": {"a\u00a0admin"}} {
		p, err := f.Verify(t.Context(), f.Token(claims{"scope": text}))
		require.NoError(t, err)
		assert.Equal(t, want, p.Scopes)
	}
}

func TestClaimsAreDecoded(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p, err := f.Verify(t.Context(), f.Token(claims{"tenant": claims{"id": 7}, "roles": []any{"a", claims{"value": "b"}, 7, claims{}}}))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, p.Roles, "RFC 7643 section 4.1.2")
	var tenant struct{ ID int }
	found, err := p.Claim("tenant", &tenant)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, 7, tenant.ID)
	found, err = p.Claim("Tenant", &tenant)
	require.NoError(t, err)
	assert.False(t, found)
	found, err = p.Claim("tenant", new(string))
	assert.True(t, found)
	require.Error(t, err)
	assert.Empty(t, resource.Principal{}.Claims())
}

// Some providers have other types for these. Only what relies on them may refuse the token.
func TestHowAUserWasAuthenticatedMayBeUnreadable(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for _, unreadable := range []any{"2020-03-14T18:52:01.180Z", "1700000000", -1, 1e300, f.now().UnixMilli(), []any{1}, true, claims{"a": 1}} {
		for _, token := range []string{f.Token(claims{"auth_time": unreadable}), f.Token(claims{"amr": unreadable, "auth_time": unreadable})} {
			p, err := f.Verify(t.Context(), token)
			require.NoError(t, err, unreadable)
			assert.True(t, p.AuthTime.IsZero(), unreadable)
			assert.Equal(t, http.StatusUnauthorized, get(f.RequireMaxAge(100*365*24*time.Hour), "Bearer "+token).Code, unreadable)
			if _, ok := unreadable.(string); !ok {
				assert.Empty(t, p.AMR, unreadable)
			}
		}
	}
	p, err := f.Verify(t.Context(), f.Token(claims{"amr": []any{"pwd", 2}}))
	require.NoError(t, err)
	assert.Empty(t, p.AMR)
}

func TestPrincipalsInContexts(t *testing.T) {
	t.Parallel()
	_, ok := resource.FromContext(t.Context())
	assert.False(t, ok)
	p, ok := resource.FromContext(resource.NewContext(t.Context(), resource.Principal{Subject: "bob", Scopes: []string{"a"}}))
	assert.True(t, ok)
	assert.Equal(t, "bob", p.Subject)
	assert.True(t, p.Can("a"))
}
