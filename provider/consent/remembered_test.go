package consent_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// at is an agreement about one resource, or about none in particular.
func at(resource string, scopes ...string) consent.Agreement {
	a := consent.Agreement{Scopes: scopes}
	if resource != "" {
		a.Audience = []string{resource}
	}
	return a
}

func TestWhatIsRememberedCoversEachAgreementAndNoMore(t *testing.T) {
	t.Parallel()
	before := consent.Remembered{}.And(at("https://a", "read"))
	r := before.And(at("https://b", "admin")).And(at("", "openid"))
	for _, asked := range []consent.Agreement{at("https://a", "read"), at("https://b", "admin"), at("", "openid")} {
		assert.True(t, r.Covers(asked), "agreed to: %v", asked)
	}
	for _, asked := range []consent.Agreement{
		at("https://a", "admin"), at("https://b", "read"), at("", "read"), at("https://a", "openid"), at("https://c", "read"),
		{Scopes: []string{"read"}, Audience: []string{"https://a", "https://b"}},
	} {
		assert.False(t, r.Covers(asked), "not agreed to: %v", asked)
	}
	assert.False(t, before.Covers(at("https://b", "admin")), "the first is as it was")
	assert.False(t, consent.Remembered(nil).Covers(at("")), "nothing was agreed to before")

	// Scopes of one resource add up, and so do resources.
	r = r.And(at("https://a", "admin"))
	assert.True(t, r.Covers(at("https://a", "read", "admin")))
	assert.True(t, r.Covers(consent.Agreement{Scopes: []string{"admin"}, Audience: []string{"https://a", "https://b"}}))
}

func TestRememberedAgreementsAreListedByResource(t *testing.T) {
	t.Parallel()
	wide := consent.Agreement{Scopes: []string{"read"}, Claims: []string{"birthdate"}, Audience: []string{"https://a", "https://c"}}
	r := consent.Remembered{}.And(at("https://b", "read")).And(wide).And(at("", "read"))
	assert.Equal(t, []consent.Agreement{at("", "read"), wide, at("https://b", "read")}, r.Agreements())
	assert.Empty(t, consent.Remembered{}.Agreements())
}
