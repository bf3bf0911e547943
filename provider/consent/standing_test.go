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

// Together two agreements are no more than the two.
func TestAgreementsAddUpToNoMoreThanTheySay(t *testing.T) {
	t.Parallel()
	at := func(resource string, scopes ...string) consent.Agreement {
		a := consent.Agreement{Scopes: scopes}
		if resource != "" {
			a.Audience = []string{resource}
		}
		return a
	}
	readA, adminB := at("https://a", "read"), at("https://b", "admin")
	newer := readA.And(adminB)
	assert.True(t, newer.Covers(adminB), "what was agreed to last")
	assert.False(t, newer.Covers(at("https://a", "admin")), "nobody agreed to that")
	assert.False(t, newer.Covers(at("https://b", "read")))
	assert.Equal(t, []string{"read"}, readA.Scopes, "the first is as it was")

	// With the same resources scopes add up, and with the same scopes resources.
	assert.True(t, readA.And(at("https://a", "write")).Covers(at("https://a", "read", "write")))
	for _, resource := range []string{"https://b", ""} {
		for _, both := range []consent.Agreement{readA.And(at(resource, "read")), at(resource, "read").And(readA)} {
			assert.True(t, both.Covers(readA), resource)
			assert.True(t, both.Covers(at(resource, "read")), resource)
			assert.False(t, both.Covers(at("https://c", "read")), resource)
			assert.NotContains(t, both.Resources(), "\x01", "for people to read")
		}
	}
	wide := consent.Agreement{Scopes: []string{"read", "write"}, Claims: []string{"birthdate"}, Audience: []string{"https://a", "https://b"}}
	assert.Equal(t, wide, wide.And(readA))
	assert.Equal(t, wide, readA.And(wide))
	assert.False(t, consent.Agreement{}.And(readA).Covers(at("", "read")), "nothing was agreed to before")
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
