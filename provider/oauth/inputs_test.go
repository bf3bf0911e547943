package oauth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// What extensions and sloppy libraries add to a request is ignored; what contradicts itself
// is not.
func TestWhatARequestMayHoldBesideItsParameters(t *testing.T) {
	h := newHouse(t)
	h.app("ES256")
	for name, more := range map[string]url.Values{
		"unknown prompt":              {"prompt": {"create"}},
		"known and unknown prompt":    {"prompt": {"consent create"}},
		"empty request object":        {"request": {""}, "request_uri": {""}, "registration": {""}},
		"repeated unknown parameter":  {"utm_source": {"a", "b"}},
		"semicolon in the state":      {"state": {"a;b"}},
		"repeated resource, all good": {"resource": {}},
	} {
		r, err := h.authorize.Parse(t.Context(), h.params(more))
		require.NoError(t, err, name)
		assert.NotContains(t, r.Prompt, "create", name)
	}
	r, err := h.authorize.Parse(t.Context(), h.params(url.Values{"prompt": {"consent create"}}))
	require.NoError(t, err)
	assert.True(t, r.Asks("consent"))

	for name, more := range map[string]url.Values{
		"none and known":            {"prompt": {"none login"}},
		"none and unknown":          {"prompt": {"create none"}},
		"request object":            {"request": {"x"}},
		"repeated nonce":            {"nonce": {"a", "b"}},
		"repeated nonce, one empty": {"nonce": {"", "b"}},
		"repeated PKCE":             {"code_challenge": {"a", "b"}},
	} {
		r, err := h.authorize.Parse(t.Context(), h.params(more))
		require.Error(t, err, name)
		require.NotNil(t, r, name)
	}
	_, err = h.authorize.Parse(t.Context(), h.params(url.Values{"nonce": {"a", "b"}}))
	assert.ErrorContains(t, err, "nonce", "the description names the parameter")
}

// OAuth 2.0 Multiple Response Type Encoding Practices section 5: the answer to a type with a
// token in it goes into the fragment, an error too.
func TestErrorsOfTypesWithATokenGoIntoTheFragment(t *testing.T) {
	h := newHouse(t)
	h.app("ES256")
	for _, tc := range []struct {
		kind, mode string
		want       oauth.ResponseMode
	}{
		{"id_token", "", oauth.Fragment}, {"code id_token", "", oauth.Fragment}, {"token", "", oauth.Fragment}, {"code token", "", oauth.Fragment},
		{"id_token", "query", oauth.Fragment}, {"id_token token", "form_post", oauth.FormPost}, {"code id_token", "fragment", oauth.Fragment},
		{"none", "", oauth.Query}, {"", "", oauth.Query}, {"code code", "", oauth.Query}, {"idtoken", "", oauth.Query},
	} {
		r, err := h.authorize.Parse(t.Context(), h.params(url.Values{"response_type": {tc.kind}, "response_mode": {tc.mode}}))
		require.Error(t, err, tc)
		require.NotNil(t, r, tc)
		assert.Equal(t, tc.want, r.Mode, tc)
	}
	r, err := h.authorize.Parse(t.Context(), h.params(url.Values{"state": {strings.Repeat("s", 3000)}}))
	require.NoError(t, err)
	assert.Equal(t, oauth.Query, r.Mode)
}
