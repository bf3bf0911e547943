package oauth

import (
	"context"
	"testing"

	"github.com/ory/fosite"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nothing handles authorization requests and adds nothing.
type nothing struct{}

func (nothing) HandleAuthorizeEndpointRequest(context.Context, fosite.AuthorizeRequester, fosite.AuthorizeResponder) error {
	return nil
}

func TestAnInvalidPartPreventsTheStart(t *testing.T) {
	t.Parallel()
	grant := &grantHandler{grantType: "a"}
	for name, tc := range map[string]struct {
		parts []part
		says  string
	}{
		"no name":                           {[]part{{token: grant}}, "no name"},
		"nothing":                           {[]part{{name: "x"}}, "adds nothing"},
		"only a description":                {[]part{{name: "x", describe: func(*Metadata) {}}}, "adds nothing"},
		"a grant type without a handler":    {[]part{{name: "x", grantType: "a", introspect: &tokenHandler{}}}, "grant type a has no handler"},
		"a response type without a handler": {[]part{{name: "x", responseTypes: []string{"code"}, token: grant}}, "response type code has no handler"},
		"a name twice":                      {[]part{{name: "x", token: grant}, {name: "x", mode: Query}}, `name x is that of part "x"`},
		"a grant type twice":                {[]part{{name: "x", grantType: "a", token: grant}, {name: "y", grantType: "a", token: grant}}, `part "y": grant type a is that of part "x"`},
		"a response type twice":             {[]part{{name: "x", responseTypes: []string{"a"}, authorize: nothing{}}, {name: "y", responseTypes: []string{"a"}, authorize: nothing{}}}, "response type a"},
		"a response mode twice":             {[]part{{name: "x", mode: Query}, {name: "y", mode: Query}}, "response mode query"},
	} {
		_, err := compose(tc.parts)
		require.ErrorContains(t, err, tc.says, name)
	}
}

// The Append methods of fosite silently drop a second handler of the same Go type, and all grant
// types share one.
func TestHandlersOfOneTypeAreAllKept(t *testing.T) {
	t.Parallel()
	c, err := compose(Domain{}.parts(Settings{}))
	require.NoError(t, err)
	config, ok := c.fosite.Config.(*fosite.Config)
	require.True(t, ok)
	tokens := 0
	for _, x := range c.parts {
		if x.token != nil {
			tokens++
		}
	}
	assert.Len(t, config.TokenEndpointHandlers, tokens)
	assert.Greater(t, tokens, 4)
}

// The metadata lists what the parts offer.
func TestMetadataFollowsFromTheParts(t *testing.T) {
	t.Parallel()
	offered := func(extra ...part) Metadata {
		c, err := compose(append(Domain{}.parts(Settings{}), extra...))
		require.NoError(t, err)
		return (&Provider{composition: c}).Metadata()
	}
	plain := offered()
	assert.Equal(t, []string{"authorization_code", "refresh_token", "client_credentials", "password"}, plain.GrantTypesSupported)
	assert.Equal(t, []string{"code"}, plain.ResponseTypesSupported)
	assert.Equal(t, []string{"query", "fragment", "form_post"}, plain.ResponseModesSupported)

	more := offered(
		part{name: "exchange", grantType: "urn:x:exchange", token: &grantHandler{grantType: "urn:x:exchange"}},
		part{name: "implicit token", grantType: "implicit", responseTypes: []string{"token"}, authorize: nothing{}},
		part{name: "implicit", grantType: "implicit", responseTypes: []string{"id_token"}, authorize: nothing{}, mode: "x.jwt", describe: func(m *Metadata) { m.RequestParameterSupported = true }},
	)
	assert.Equal(t, append(plain.GrantTypesSupported, "urn:x:exchange", "implicit"), more.GrantTypesSupported)
	assert.Equal(t, []string{"code", "token", "id_token"}, more.ResponseTypesSupported)
	assert.Contains(t, more.ResponseModesSupported, "x.jwt")
	assert.True(t, more.RequestParameterSupported)
}
