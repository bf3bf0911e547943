package consent_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/consent"
)

func TestAgreementsCoverNoMoreThanTheySay(t *testing.T) {
	t.Parallel()
	agreed := consent.Agreement{Scopes: []string{"openid", "email"}, Claims: []string{"birthdate"}, Audience: []string{"https://a"}}
	for name, asked := range map[string]consent.Agreement{
		"the same": agreed, "less": {Scopes: []string{"openid"}, Audience: agreed.Audience}, "a claim of a scope": {Claims: []string{"email_verified"}, Audience: agreed.Audience},
	} {
		assert.True(t, agreed.Covers(asked), name)
	}
	for name, asked := range map[string]consent.Agreement{
		"a scope": {Scopes: []string{"openid", "phone"}}, "the scope of a claim": {Scopes: []string{"profile"}},
		"another claim of the scope": {Claims: []string{"gender"}}, "an unknown claim": {Claims: []string{"shoe_size"}},
		"no resource in particular": {Scopes: []string{"openid"}},
	} {
		assert.False(t, agreed.Covers(asked), name)
	}
}

func TestEveryClaimBelongsToAScope(t *testing.T) {
	t.Parallel()
	for _, name := range consent.Claims() {
		assert.NotEmpty(t, consent.ScopeOf(name), name)
	}
	for _, name := range []string{"", "sub", "acr", "name#de", "Email"} {
		assert.Empty(t, consent.ScopeOf(name), name)
	}
}
