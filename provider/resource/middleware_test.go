package resource_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func TestRequestsArePassedWithTheirPrincipal(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	token := f.Token(claims{"scope": "invoices:read invoices:write"})
	for name, middleware := range map[string]func(http.Handler) http.Handler{
		"one scope": f.Require("invoices:read"), "both": f.Require("invoices:read", "invoices:write"), "any": f.RequireAny("admin", "invoices:write"),
		"valid": f.Authenticate, "optional": f.Optional,
	} {
		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER ", "Bearer   "} {
			w := get(middleware, scheme+token)
			assert.Equal(t, http.StatusOK, w.Code, name)
			assert.Equal(t, "alice", w.Body.String(), name)
		}
	}
	w := get(f.Optional)
	assert.Equal(t, "nobody", w.Body.String())
	assert.Equal(t, "nobody", get(f.Optional, "Basic YTpi").Body.String())
	assert.Equal(t, http.StatusUnauthorized, get(f.Optional, "Bearer "+changed(token)).Code, "a token that is sent must be valid")
}

// RFC 6750 section 3: status, error code and challenge of each kind of refusal.
func TestChallengesAreExact(t *testing.T) {
	t.Parallel()
	f := setup(t, func(o *resource.Options) { o.Realm = `the "API"` })
	valid := "Bearer " + f.Token(claims{"scope": "a", "acr": "pwd", "auth_time": f.now().Add(-10 * time.Minute).Unix()})
	const realm = `Bearer realm="the \"API\""`
	for name, tc := range map[string]struct {
		middleware func(http.Handler) http.Handler
		headers    []string
		status     int
		challenge  string
		code       string
	}{
		"no token":             {f.Authenticate, nil, 401, realm, "missing_token"},
		"no token for a scope": {f.Require("invoices:read", "b"), nil, 401, realm + `, scope="invoices:read b"`, "missing_token"},
		"another scheme":       {f.Authenticate, []string{"Basic YTpi"}, 401, realm, "missing_token"},
		"DPoP":                 {f.Authenticate, []string{"DPoP " + valid[7:]}, 401, realm, "missing_token"},
		"an empty header":      {f.Authenticate, []string{""}, 401, realm, "missing_token"},
		"no token after the scheme": {
			f.Authenticate,
			[]string{"Bearer "},
			400, realm + `, error="invalid_request", error_description="The Authorization header must be Bearer, a space, and the access token."`, "invalid_request",
		},
		"two tokens in a header": {
			f.Authenticate,
			[]string{valid + ", " + valid},
			400, realm + `, error="invalid_request", error_description="The Authorization header must be Bearer, a space, and the access token."`, "invalid_request",
		},
		"two headers": {
			f.Authenticate,
			[]string{valid, valid},
			400, realm + `, error="invalid_request", error_description="The access token was sent more than once."`, "invalid_request",
		},
		"two headers of two schemes": {
			f.Optional,
			[]string{"Basic YTpi", valid},
			400, realm + `, error="invalid_request", error_description="The access token was sent more than once."`, "invalid_request",
		},
		"expired": {
			f.Require("a"),
			[]string{"Bearer " + f.Token(claims{"exp": 1})},
			401, realm + `, error="invalid_token", error_description="The access token has expired."`, "invalid_token",
		},
		"characters that no token has": {
			f.Authenticate,
			[]string{`Bearer a"b`},
			401, realm + `, error="invalid_token", error_description="The access token is malformed."`, "invalid_token",
		},
		"scope is missing": {
			f.Require("a", "b"),
			[]string{valid},
			403, realm + `, error="insufficient_scope", error_description="The access token does not have the required scope.", scope="a b"`, "insufficient_scope",
		},
		"scope in another case": {
			f.Require("A"),
			[]string{valid},
			403, realm + `, error="insufficient_scope", error_description="The access token does not have the required scope.", scope="A"`, "insufficient_scope",
		},
		"all scopes are missing": {
			f.RequireAny("b", "c"),
			[]string{valid},
			403, realm + `, error="insufficient_scope", error_description="The access token does not have the required scope.", scope="b c"`, "insufficient_scope",
		},
		"acr": {
			f.RequireACR("mfa", "hwk"),
			[]string{valid},
			401, realm + `, error="insufficient_user_authentication", error_description="A different authentication of the user is required.", acr_values="mfa hwk"`, "insufficient_user_authentication",
		},
		"max_age": {
			f.RequireMaxAge(5 * time.Minute),
			[]string{valid},
			401, realm + `, error="insufficient_user_authentication", error_description="A more recent authentication of the user is required.", max_age="300"`, "insufficient_user_authentication",
		},
		"acr and max_age": {
			f.With(resource.Requirement{Scopes: []string{"a"}, ACR: []string{"mfa"}, MaxAge: time.Minute}),
			[]string{valid},
			401, realm + `, error="insufficient_user_authentication", error_description="A different authentication of the user is required.", scope="a", acr_values="mfa", max_age="60"`, "insufficient_user_authentication",
		},
	} {
		w := get(tc.middleware, tc.headers...)
		assert.Equal(t, tc.status, w.Code, name)
		assert.Equal(t, []string{tc.challenge}, w.Header().Values("WWW-Authenticate"), name)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), name)
		assert.Equal(t, "application/json", w.Header().Get("Content-Type"), name)
		var body map[string]string
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), name)
		assert.Equal(t, tc.code, body["error"], name)
		assert.NotEmpty(t, body["error_description"], name)
	}
	assert.Equal(t, http.StatusOK, get(f.RequireACR("mfa", "pwd"), valid).Code)
	assert.Equal(t, http.StatusOK, get(f.RequireMaxAge(10*time.Minute), valid).Code)
	assert.Equal(t, http.StatusUnauthorized, get(f.RequireMaxAge(time.Hour), "Bearer "+f.Token(nil)).Code, "no auth_time")
	assert.Equal(t, http.StatusUnauthorized, get(f.RequireACR("mfa"), "Bearer "+f.Token(nil)).Code, "no acr")
}

// URLs are logged and sent on as Referer (RFC 9700 section 4.3.2).
func TestTokensInTheQueryAreNotRead(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	token := f.Token(nil)
	r := httptest.NewRequest(http.MethodGet, "/invoices?access_token="+token, nil)
	w := serve(f.Authenticate, r)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.NotContains(t, w.Header().Get("WWW-Authenticate"), "error=")

	r = httptest.NewRequest(http.MethodGet, "/invoices?access%5Ftoken="+token, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	assert.Equal(t, http.StatusBadRequest, serve(f.Authenticate, r).Code, "an API that reads its query finds it")
	r = httptest.NewRequest(http.MethodGet, "/invoices?access_token="+token, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	assert.Equal(t, http.StatusBadRequest, serve(f.Authenticate, r).Code)

	r = httptest.NewRequest(http.MethodPost, "/invoices", strings.NewReader("access_token="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, http.StatusUnauthorized, serve(f.Authenticate, r).Code)
	body := make([]byte, 12)
	_, err := r.Body.Read(body)
	require.NoError(t, err)
	assert.Equal(t, "access_token", string(body), "the body is left to the handler")
}

func TestTokensFromElsewhere(t *testing.T) {
	t.Parallel()
	f := setup(t, func(o *resource.Options) {
		o.TokenFrom = func(r *http.Request) (string, error) {
			c, err := r.Cookie("token")
			if errors.Is(err, http.ErrNoCookie) {
				return "", nil
			}
			if c.Value == "broken" {
				return "", errors.New("broken")
			}
			return c.Value, err
		}
	})
	for value, want := range map[string]int{f.Token(nil): 200, "broken": 400, "other": 401, "": 401} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if value != "" {
			r.AddCookie(&http.Cookie{Name: "token", Value: value})
		}
		assert.Equal(t, want, serve(f.Authenticate, r).Code, value)
	}
	assert.Equal(t, http.StatusUnauthorized, get(f.Authenticate, "Bearer "+f.Token(nil)).Code)
}

// Of several middlewares one verifies. Another API's principal, or a test's, counts for nothing.
func TestNestedMiddlewaresVerifyOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	other := setup(t, func(o *resource.Options) { o.Audience = []string{"other"} })
	nested := func(outer, inner func(http.Handler) http.Handler) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler { return outer(inner(next)) }
	}
	token := "Bearer " + f.Token(claims{"scope": "a"})
	assert.Equal(t, http.StatusOK, get(nested(f.Authenticate, f.Require("a")), token).Code)
	assert.EqualValues(t, 1, f.Stats().VerifiedJWT)
	assert.Equal(t, http.StatusForbidden, get(nested(f.Authenticate, f.Require("b")), token).Code)
	assert.Equal(t, http.StatusUnauthorized, get(nested(f.Optional, f.Require("b"))).Code)
	assert.Equal(t, http.StatusUnauthorized, get(nested(f.Authenticate, other.Authenticate), token).Code)
	forged := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(resource.NewContext(r.Context(), resource.Principal{Subject: "admin", Scopes: []string{"b"}})))
		})
	}
	assert.Equal(t, http.StatusUnauthorized, get(nested(forged, f.Require("b"))).Code)
}

func TestErrorsMayBeWrittenByTheAPI(t *testing.T) {
	t.Parallel()
	var seen *resource.Error
	f := setup(t, func(o *resource.Options) {
		o.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, e *resource.Error) {
			seen = e
			http.Error(w, "no: "+e.Description, e.Status)
		}
	})
	w := get(f.Require("b"), "Bearer "+f.Token(nil))
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Contains(t, w.Header().Get("WWW-Authenticate"), `error="insufficient_scope"`)
	assert.Equal(t, "no: The access token does not have the required scope.\n", w.Body.String())
	assert.Equal(t, resource.ScopeMissing, seen.Reason)
	require.ErrorIs(t, seen, resource.ErrInsufficientScope)
}

// A requirement that is empty by mistake would let everybody in.
func TestImpossibleRequirementsPanic(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for name, make := range map[string]func(){
		"no scope": func() { f.Require() }, "empty scope": func() { f.Require("") }, "two in one": func() { f.Require("a b") }, "none of any": func() { f.RequireAny() },
		"no acr": func() { f.RequireACR() }, "quotes": func() { f.Require(`a"`) }, "line": func() { f.Require("a\r\nX: y") },
		"negative age": func() { f.With(resource.Requirement{MaxAge: -1}) }, "age below a second": func() { f.RequireMaxAge(5) },
	} {
		assert.Panics(t, make, name)
	}
}

func TestVerifyAndCheckForOtherProtocols(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p, err := f.Verify(t.Context(), f.Token(claims{"scope": "a"}))
	require.NoError(t, err)
	assert.NoError(t, f.Check(p, resource.Requirement{Scopes: []string{"a"}}))
	err = f.Check(p, resource.Requirement{Scopes: []string{"b"}})
	require.ErrorIs(t, err, resource.ErrInsufficientScope)
	assert.Equal(t, "scope_missing", reasonOf(t, err))
	_, err = f.Verify(t.Context(), f.Token(claims{"exp": 1}))
	require.ErrorIs(t, err, resource.ErrInvalidToken)
	require.NotErrorIs(t, err, resource.ErrUnavailable)
	assert.EqualValues(t, 1, f.Stats().Refused["expired"])
	assert.EqualValues(t, 1, f.Stats().Refused["scope_missing"])
}

func TestRevokedTokensAreRefusedFromTheCacheToo(t *testing.T) {
	t.Parallel()
	revoked := map[string]bool{}
	f := setup(t, func(o *resource.Options) {
		o.Revoked = func(p resource.Principal) bool { return revoked[p.TokenID] || revoked[p.SessionID] }
	})
	token := f.Token(claims{"jti": "t1", "sid": "s1"})
	require.Empty(t, reason(t, f.Verifier, token))
	revoked["s1"] = true
	assert.Equal(t, "revoked", reason(t, f.Verifier, token))
	w := get(f.Authenticate, "Bearer "+token)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Contains(t, w.Header().Get("WWW-Authenticate"), `error="invalid_token"`)
	delete(revoked, "s1")
	assert.Empty(t, reason(t, f.Verifier, token))
}

func TestCachedTokensExpire(t *testing.T) {
	t.Parallel()
	f := setup(t, func(o *resource.Options) { o.Leeway = -1 })
	token := f.Token(claims{"exp": f.now().Add(time.Minute).Unix()})
	require.Empty(t, reason(t, f.Verifier, token))
	f.advance(time.Minute - time.Second)
	require.Empty(t, reason(t, f.Verifier, token))
	assert.EqualValues(t, 1, f.Stats().CacheHits)
	f.advance(time.Second)
	assert.Equal(t, "expired", reason(t, f.Verifier, token))
}

func TestCachesAreBounded(t *testing.T) {
	t.Parallel()
	f := setup(t, func(o *resource.Options) { o.CacheSize = 32 })
	for range 200 {
		require.Empty(t, reason(t, f.Verifier, f.Token(nil)))
	}
	assert.LessOrEqual(t, f.Stats().Cached, 32)
	assert.Positive(t, f.Stats().Cached)
}
