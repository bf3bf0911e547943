package oauth_test

import (
	"crypto/rand"
	"fmt"
	"maps"
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
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

const callback = "https://app.example.com/cb"

// person creates a user and signs them in.
func (h *fixture) person(name string) *session.Session {
	h.t.Helper()
	now := *h.now.Load()
	u := &account.User{ID: provider.NewID(now, rand.Reader), Subject: "subject of " + name, Username: name, CreatedAt: now, UpdatedAt: now}
	require.NoError(h.t, h.store.CreateUser(h.t.Context(), u))
	s, _, err := h.sessions.Begin(h.t.Context(), session.Start{User: u, Methods: []string{"pwd"}}, nil)
	require.NoError(h.t, err)
	return s
}

func (h *fixture) app(alg string) string {
	h.t.Helper()
	return h.client(client.Client{
		ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback},
		Scopes: []string{"openid", "profile"}, IDTokenAlg: alg,
	})
}

// params are the parameters of an authorization request, with additional or other ones.
func (h *fixture) params(more url.Values) url.Values {
	form := url.Values{"client_id": {"app"}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid"}}
	maps.Copy(form, more)
	return form
}

func (h *fixture) flow(more url.Values) oauth.Flow {
	h.t.Helper()
	request, err := h.provider.CheckForm(h.t.Context(), h.params(more))
	require.NoError(h.t, err)
	now := *h.now.Load()
	return oauth.Flow{ID: provider.NewID(now, rand.Reader), StartedAt: now, Request: request}
}

func (h *fixture) code(s *session.Session) string {
	h.t.Helper()
	code, err := h.approve(h.t.Context(), h.flow(nil), s, false)
	require.NoError(h.t, err)
	return code
}

func (h *fixture) exchange(secret, code string) (oauth.TokenResponse, error) {
	return h.provider.Token(h.t.Context(), basic("app", secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}))
}

// RFC 8707 section 2.2: the access token is for those of the granted audiences that the token
// request names. Another one is refused, and the code stays valid; a refresh token is for all.
func TestACodeIsNarrowedToAnAudience(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Audience = append(c.Audience, "https://c") })
	code := func(resources ...string) string {
		text, err := r.approve(t.Context(), r.flow(url.Values{"resource": resources}), r.session, true)
		require.NoError(t, err)
		return text
	}
	exchange := func(code string, more url.Values) (map[string]any, error) {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
		maps.Copy(form, more)
		answer, err := r.provider.Token(t.Context(), basic("app", r.secret, form))
		return answer.Parameters, err
	}
	audience := func(tokens map[string]any) []string {
		got, err := r.provider.Introspect(t.Context(), basic("app", r.secret, url.Values{"token": {tokens["access_token"].(string)}}))
		require.NoError(t, err)
		require.True(t, got.Active)
		return got.Audience
	}
	for _, more := range []url.Values{nil, {"resource": {"", ""}}, {"audience": {""}}, {"resource": {"https://b", "https://a"}}} {
		tokens, err := exchange(code("https://a", "https://b"), more)
		require.NoError(t, err, more)
		assert.ElementsMatch(t, []string{"https://a", "https://b"}, audience(tokens), more)
		tokens, err = r.refresh(tokens["refresh_token"], url.Values{"resource": {""}})
		require.NoError(t, err, "without a value it was not sent")
		assert.ElementsMatch(t, []string{"https://a", "https://b"}, audience(tokens), more)
	}
	for _, more := range []url.Values{{"resource": {"https://b"}}, {"resource": {"HTTPS://B:443/"}}, {"audience": {"https://b"}}, {"resource": {"https://b"}, "audience": {"https://b"}}} {
		tokens, err := exchange(code("https://a", "https://b"), more)
		require.NoError(t, err, more)
		assert.Equal(t, []string{"https://b"}, audience(tokens), more)
		tokens, err = r.refresh(tokens["refresh_token"], nil)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"https://a", "https://b"}, audience(tokens), more)
	}
	for _, agreed := range [][]string{nil, {"https://a"}} {
		for _, wrong := range []string{"https://c", "https://unregistered", "https://a/b", "https://a https://c"} {
			text := code(agreed...)
			for range 2 {
				_, err := exchange(text, url.Values{"audience": {wrong}})
				assert.Equal(t, "audience", string(assertRefused(t, err, "invalid_target").Check), wrong)
			}
			tokens, err := exchange(text, nil)
			require.NoError(t, err, "the code is still valid")
			assert.ElementsMatch(t, agreed, audience(tokens))
		}
	}
}

// RFC 6749 section 4.1.2 recommends ten minutes at most; codes live for 60 seconds.
func TestCodesLiveForAMinute(t *testing.T) {
	h := newFixture(t)
	secret, s := h.app("ES256"), h.person("alice")
	early, late := h.code(s), h.code(s)
	h.advance(time.Minute - time.Microsecond)
	_, err := h.exchange(secret, early)
	require.NoError(t, err)
	h.advance(time.Microsecond)
	_, err = h.exchange(secret, late)
	assertRefused(t, err, "invalid_grant")
}

// fosite verifies a hint with the current signing key alone, so that every rotation breaks the
// hints before it, and cannot verify EdDSA.
func TestIDTokensOfEveryAlgorithmAreAcceptedAsHints(t *testing.T) {
	for _, alg := range []keys.Algorithm{keys.ES256, keys.EdDSA} {
		t.Run(string(alg), func(t *testing.T) {
			h := newFixture(t)
			secret, s := h.app(string(alg)), h.person("alice")
			answer, err := h.exchange(secret, h.code(s))
			require.NoError(t, err)
			text, _ := answer.Parameters["id_token"].(string)
			hint, err := h.idTokens.Hint(t.Context(), text)
			require.NoError(t, err)
			assert.Equal(t, s.User.Subject, hint.Subject)

			// After a rotation too, and when it has expired.
			_, err = h.keys.Rotate(t.Context(), audittest.Operator(), alg, *h.now.Load())
			require.NoError(t, err)
			h.advance(2 * time.Hour)
			_, err = h.idTokens.Hint(t.Context(), text)
			require.NoError(t, err)
			_, err = h.idTokens.Hint(t.Context(), text+"x")
			assert.Error(t, err)
		})
	}
}

// fosite signs the ID token after the transaction that uses the code up, so that a failing
// signature loses the code.
func TestACodeSurvivesAnIDTokenThatCannotBeSigned(t *testing.T) {
	h := newFixture(t)
	secret, s := h.app("PS256"), h.person("alice") // no key of this algorithm here
	code := h.code(s)
	_, err := h.exchange(secret, code)
	require.ErrorIs(t, err, keys.ErrNoKey)
	require.NoError(t, h.keys.Ensure(t.Context(), audittest.Operator(), keys.PS256))
	_, err = h.exchange(secret, code)
	assert.NoError(t, err)
}

// Sessions and requests combined: no prompt, max_age or hint is satisfied by an old sign-in, and no
// page is shown for prompt=none (OpenID Connect Core section 3.1.2.1).
func TestNextStep(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s := h.person("alice")
	h.advance(time.Hour)
	next := func(more url.Values, s *session.Session) (oauth.Step, error) {
		return h.provider.Next(t.Context(), h.flow(more), s)
	}
	step := func(want oauth.Step, more url.Values, s *session.Session) {
		got, err := next(more, s)
		require.NoError(t, err, more)
		assert.Equal(t, want, got, more)
	}
	refused := func(code string, more url.Values, s *session.Session) {
		_, err := next(more, s)
		assertRefused(t, err, code)
	}
	step(oauth.SignIn, nil, nil)
	refused("login_required", url.Values{"prompt": {"none"}}, nil)
	step(oauth.Consent, nil, s)
	refused("consent_required", url.Values{"prompt": {"none"}}, s)
	_, err := h.provider.Approve(t.Context(), h.flow(url.Values{"scope": {"openid profile"}}), s, oauth.AgreedForLater)
	require.NoError(t, err)
	step(oauth.Approve, nil, s)
	step(oauth.Approve, url.Values{"prompt": {"none"}}, s)
	step(oauth.Consent, url.Values{"prompt": {"consent"}}, s)
	step(oauth.SignIn, url.Values{"prompt": {"login"}}, s)
	step(oauth.Approve, url.Values{"max_age": {"3601"}}, s)
	step(oauth.SignIn, url.Values{"max_age": {"3600"}}, s)
	refused("login_required", url.Values{"max_age": {"0"}, "prompt": {"none"}}, s)

	// A sign-in after the request satisfies its demands.
	f := h.flow(url.Values{"prompt": {"login"}, "max_age": {"0"}})
	fresh := *s
	fresh.Proofs = session.ProvedAt(f.StartedAt.Add(time.Second), session.Password)
	got, err := h.provider.Next(t.Context(), f, &fresh)
	require.NoError(t, err)
	assert.Equal(t, oauth.Approve, got)
}

// A request is approved once, and not again by another user either (Keycloak CVE-2023-0264).
func TestARequestIsApprovedOnce(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s, f := h.person("alice"), h.flow(nil)
	_, err := h.provider.Approve(t.Context(), f, s, oauth.NotAsked)
	require.NoError(t, err)
	_, err = h.provider.Approve(t.Context(), f, h.person("bob"), oauth.NotAsked)
	assertRefused(t, err, "invalid_request")
}

// RFC 6749 section 4.1.2: the second use of a code revokes all tokens issued from it, refreshed ones
// included.
func TestACodeUsedTwiceRevokesItsTokens(t *testing.T) {
	r := newRefreshing(t, nil)
	code, err := r.approve(t.Context(), r.flow(url.Values{"scope": {"openid offline_access"}}), r.session, false)
	require.NoError(t, err)
	first, err := r.exchange(r.secret, code)
	require.NoError(t, err)
	second, err := r.refresh(first.Parameters["refresh_token"], nil)
	require.NoError(t, err)
	r.advance(time.Hour / 2) // long after the code expired
	require.True(t, r.active("app", r.secret, second["access_token"].(string)))

	_, err = r.exchange(r.secret, code)
	assertRefused(t, err, "invalid_grant")
	for _, token := range []any{first.Parameters["access_token"], second["access_token"], second["refresh_token"]} {
		assert.False(t, r.active("app", r.secret, token.(string)))
	}
	_, err = r.refresh(second["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
}

// A code is exchanged at another server than the one that issued it, and their clocks differ.
func TestCodesBetweenServersWhoseClocksDiffer(t *testing.T) {
	h := newFixture(t)
	secret, s := h.app("ES256"), h.person("alice")
	for off, accepted := range map[time.Duration]bool{-90 * time.Second: true, -30 * time.Second: true, 30 * time.Second: true, 90 * time.Second: false} {
		code := h.code(s)
		h.advance(off)
		_, err := h.exchange(secret, code)
		h.advance(-off)
		if accepted {
			assert.NoError(t, err, off)
		} else {
			assertRefused(t, err, "invalid_grant")
		}
	}
}

// After a few seconds an identical exchange counts as a theft, like any other reuse.
func TestALateRepeatRevokesTheGrant(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			h := newFixture(t)
			secret, s := h.app("ES256"), h.person("alice")
			code := h.code(s)
			answer, err := h.exchange(secret, code)
			require.NoError(t, err)
			h.advance(5*time.Second - time.Microsecond)
			if late {
				h.advance(time.Microsecond)
			}
			_, err = h.exchange(secret, code)
			assertRefused(t, err, "invalid_grant")
			assert.Equal(t, !late, h.active("app", secret, answer.Parameters["access_token"].(string)))
		})
	}
}

// A deployment can require PKCE of every client.
func TestADeploymentCanRequirePKCE(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	strict, err := oauth.New(oauth.Settings{Issuer: issuer, RequirePKCE: true}, h.domain)
	require.NoError(t, err)
	_, err = strict.CheckForm(t.Context(), h.params(nil))
	assert.Contains(t, assertRefused(t, err, "invalid_request").Description, "code_challenge")
	_, err = strict.CheckForm(t.Context(), h.params(url.Values{"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}))
	require.NoError(t, err)
	_, err = h.provider.CheckForm(t.Context(), h.params(nil))
	require.NoError(t, err, "otherwise a confidential client may omit it")
}

// When another user signs in than the one that the request demands, the request is refused: the
// sign-in page would be shown again for ever (OpenID Connect Core section 3.1.2.1).
func TestASignInByAnotherUserThanDemandedIsRefused(t *testing.T) {
	h := newFixture(t)
	secret := h.app("ES256")
	alice, bob := h.person("alice"), h.person("bob")
	answer, err := h.exchange(secret, h.code(alice))
	require.NoError(t, err)
	h.advance(time.Second)
	f := h.flow(url.Values{"id_token_hint": {answer.Parameters["id_token"].(string)}})
	step, err := h.provider.Next(t.Context(), f, bob)
	require.NoError(t, err)
	assert.Equal(t, oauth.SignIn, step, "signed in before the request")
	fresh := *bob
	fresh.Proofs = session.ProvedAt(f.StartedAt.Add(time.Second), session.Password)
	_, err = h.provider.Next(t.Context(), f, &fresh)
	assertRefused(t, err, "login_required")
}

// The client that the code was issued to learns what is wrong; the error is always invalid_grant.
func TestRefusedCodesSayWhatIsWrong(t *testing.T) {
	h := newFixture(t)
	secret := h.app("ES256")
	s := h.person("alice")
	challenged := url.Values{"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}
	for text, form := range map[string]url.Values{
		"The parameter code_verifier is missing (PKCE).":                         {},
		"The code_verifier does not match the authorization request (PKCE).":     {"code_verifier": {strings.Repeat("v", 43)}},
		"The redirect_uri is not the one of the authorization request.":          {"redirect_uri": {callback + "/other"}},
		"The authorization code is not valid, or was not issued to this client.": {"code": {"noise"}},
	} {
		code, err := h.approve(t.Context(), h.flow(challenged), s, false)
		require.NoError(t, err)
		ask := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
		for name, values := range form {
			ask[name] = values
		}
		_, err = h.provider.Token(t.Context(), basic("app", secret, ask))
		assert.Equal(t, text, assertRefused(t, err, "invalid_grant").Description)
	}
}
