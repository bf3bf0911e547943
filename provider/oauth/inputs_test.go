package oauth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Parameters of extensions, and empty ones, are ignored; contradictory ones are refused. fosite
// processes request objects, and responds with 500 to a request_uri.
func TestUnknownParametersAreIgnoredAndContradictoryOnesRefused(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	for name, more := range map[string]url.Values{
		"unknown prompt":              {"prompt": {"review"}},
		"known and unknown prompt":    {"prompt": {"consent review"}},
		"empty request object":        {"request": {""}, "request_uri": {""}, "registration": {""}},
		"repeated unknown parameter":  {"utm_source": {"a", "b"}},
		"semicolon in the state":      {"state": {"a;b"}},
		"empty resource and audience": {"resource": {""}, "audience": {""}},
	} {
		r, err := h.provider.CheckForm(t.Context(), h.params(more))
		require.NoError(t, err, name)
		assert.NotContains(t, r.Prompt, "review", name)
	}
	r, err := h.provider.CheckForm(t.Context(), h.params(url.Values{"prompt": {"consent review"}}))
	require.NoError(t, err)
	assert.True(t, r.Asks("consent"))

	for name, more := range map[string]url.Values{
		"none and known":            {"prompt": {"none login"}},
		"none and unknown":          {"prompt": {"review none"}},
		"create where nobody can":   {"prompt": {"create"}},
		"create beside another":     {"prompt": {"create login"}},
		"request object":            {"request": {"x"}},
		"request URI":               {"request_uri": {"https://evil.example/object"}},
		"repeated nonce":            {"nonce": {"a", "b"}},
		"repeated nonce, one empty": {"nonce": {"", "b"}},
		"repeated PKCE":             {"code_challenge": {"a", "b"}},
	} {
		r, err := h.provider.CheckForm(t.Context(), h.params(more))
		require.Error(t, err, name)
		require.NotNil(t, r, name)
	}
	_, err = h.provider.CheckForm(t.Context(), h.params(url.Values{"nonce": {"a", "b"}}))
	assert.ErrorContains(t, err, "nonce", "the description names the parameter")
}

// An application that sends prompt=create learns that people cannot register, and not only the person
// (Initiating User Registration via OpenID Connect section 4).
func TestCreateIsWhatTheMetadataSay(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	create := h.params(url.Values{"prompt": {"create"}})
	_, err := h.provider.CheckForm(t.Context(), create)
	var refused *refusal.Refusal
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, refusal.InvalidRequest, refused.Code)
	assert.Contains(t, refused.Description, "create")
	assert.NotContains(t, h.provider.Metadata().PromptValuesSupported, "create")

	open, err := oauth.New(oauth.Settings{Issuer: issuer, Registration: true, Paths: oauth.Paths{Authorization: "/oauth/authorize", Token: "/oauth/token"}}, h.domain)
	require.NoError(t, err)
	r, err := open.CheckForm(t.Context(), create)
	require.NoError(t, err)
	assert.True(t, r.Asks("create"))
	_, err = open.CheckForm(t.Context(), h.params(url.Values{"prompt": {"create none"}}))
	require.Error(t, err)
	assert.Contains(t, open.Metadata().PromptValuesSupported, "create")
}

// error_description is all that an application logs: it names what is not supported, and repeats
// nothing that could be markup or a text of an attacker (RFC 6749 section 4.1.2.1).
func TestDescriptionsNameWhatIsNotSupported(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "service", GrantTypes: cc})
	h.app("ES256")
	odd := "<b>pay\u00e9 " + strings.Repeat("x", 100)
	challenge := strings.Repeat("c", 43)
	for _, tc := range []struct {
		more url.Values
		text string
	}{
		{url.Values{"response_type": {"code id_token"}}, "does not support the response_type code id_token"},
		{url.Values{"response_type": {odd}}, "does not support this response_type"},
		{url.Values{"response_type": {"code. Your session is locked"}}, "does not support this response_type"},
		{url.Values{"response_type": {"https://evil.example/unlock"}}, "does not support this response_type"},
		{url.Values{"response_mode": {"jwt"}}, "does not support the response_mode jwt"},
		{url.Values{"code_challenge": {challenge}, "code_challenge_method": {"S512"}}, "does not support the code_challenge_method S512"},
		{url.Values{"code_challenge": {challenge}, "code_challenge_method": {odd}}, "does not support this code_challenge_method"},
		{url.Values{"code_challenge": {challenge}}, "plain"},
		{url.Values{"code_challenge": {"short"}, "code_challenge_method": {"S256"}}, "43 characters"},
		{url.Values{"scope": {"openid phone"}}, "the scope phone"},
		{url.Values{"resource": {"https://api.example.com/"}}, "the audience https://api.example.com/"},
		{url.Values{"resource": {odd}}, "an audience of the request"},
	} {
		_, err := h.provider.CheckForm(t.Context(), h.params(tc.more))
		description := assertRefused(t, err, "").Description
		assert.Contains(t, description, tc.text)
		assert.NotContains(t, description, "<")
	}
	for grantType, text := range map[string]string{"urn:ietf:params:oauth:grant-type:device_code": "urn:ietf:params:oauth:grant-type:device_code", odd: "the grant type that was asked for"} {
		_, err := h.provider.Token(t.Context(), basic("service", secret, url.Values{"grant_type": {grantType}}))
		refused := assertRefused(t, err, "unsupported_grant_type")
		description := refused.Description
		assert.Contains(t, refused.Expected, "authorization_code refresh_token", "what is offered is in the error record")
		assert.Contains(t, description, text)
		assert.NotContains(t, description, "<")
	}
}

// OAuth 2.0 Multiple Response Type Encoding Practices section 5: the response to a type with a token
// goes into the fragment, an error too.
func TestErrorsOfTypesWithATokenGoIntoTheFragment(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	for _, tc := range []struct {
		kind, mode string
		want       oauth.ResponseMode
	}{
		{"id_token", "", oauth.Fragment},
		{"code id_token", "", oauth.Fragment},
		{"token", "", oauth.Fragment},
		{"code token", "", oauth.Fragment},
		{"id_token", "query", oauth.Fragment},
		{"id_token token", "form_post", oauth.FormPost},
		{"code id_token", "fragment", oauth.Fragment},
		{"none", "", oauth.Query},
		{"", "", oauth.Query},
		{"code code", "", oauth.Query},
		{"idtoken", "", oauth.Query},
	} {
		r, err := h.provider.CheckForm(t.Context(), h.params(url.Values{"response_type": {tc.kind}, "response_mode": {tc.mode}}))
		require.Error(t, err, tc)
		require.NotNil(t, r, tc)
		assert.Equal(t, tc.want, r.Mode, tc)
	}
	r, err := h.provider.CheckForm(t.Context(), h.params(url.Values{"state": {strings.Repeat("s", 3000)}}))
	require.NoError(t, err)
	assert.Equal(t, oauth.Query, r.Mode)
}

// An unknown client_id is most often mistyped: the operator sees its value, and the response does
// not repeat it.
func TestAnUnknownApplicationIsRecorded(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	_, err := h.provider.CheckForm(t.Context(), h.params(url.Values{"client_id": {"appp"}}))
	r := assertRefused(t, err, "invalid_request")
	assert.Equal(t, refusal.CheckApplication, r.Check)
	assert.Equal(t, []any{refusal.FieldClientID, "appp"}, []any{r.Field, r.Received})
	assert.NotContains(t, r.Description, "appp")
	for _, id := range []string{"https://notes.example/client.json", "https://notes.example", "http://notes.example/client.json"} {
		_, err = h.provider.CheckForm(t.Context(), h.params(url.Values{"client_id": {id}}))
		assert.Equal(t, refusal.CheckDocumentURL, assertRefused(t, err, "invalid_request").Check, "no document is read")
	}

	_, err = h.provider.Token(t.Context(), basic("appp", "x", url.Values{"grant_type": {"client_credentials"}}))
	r = assertRefused(t, err, "invalid_client")
	assert.Equal(t, []any{refusal.FieldClientID, "appp"}, []any{r.Field, r.Received})
}
