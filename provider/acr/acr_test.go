package acr_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/acr"
)

func TestAStrongerClassSatisfiesAWeakerOne(t *testing.T) {
	t.Parallel()
	order := acr.Classes()
	for i, reached := range order {
		for j, demanded := range order {
			assert.Equal(t, i >= j, acr.Satisfies(reached, demanded), "%s for %s", reached, demanded)
		}
		assert.True(t, acr.Satisfies(reached, ""))
		assert.False(t, acr.Satisfies(reached, "urn:mace:incommon:iap:silver"), "what is not known is not reached")
		assert.False(t, acr.Satisfies("", reached))
		assert.False(t, acr.Satisfies("3", reached))
	}
	assert.Equal(t, []string{"1", "2", "phr"}, acr.UpTo(acr.PhishingResistant))
}

func TestAListDemandsItsWeakestKnownClass(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "2", acr.Weakest([]string{"phr", "gold", "2"}))
	assert.Empty(t, acr.Weakest([]string{"gold"}))
	assert.Empty(t, acr.Weakest(nil))
	assert.Equal(t, "phr", acr.Stronger("2", "phr"))
	assert.Equal(t, "2", acr.Stronger("2", ""))
}

func TestTokensNameTheClassThatWasAskedFor(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "2", acr.Reported("phr", []string{"2", "1"}), "a resource server may compare the text")
	assert.Equal(t, "phr", acr.Reported("phr", nil))
	assert.Equal(t, "1", acr.Reported("1", []string{"phr"}), "what was not reached is not named")
	assert.Equal(t, "1", acr.Reported("1", []string{"gold"}))
}

func TestMethodsReachAClass(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		class   string
		methods []string
	}{
		{"", nil},
		{"", []string{"otp"}},
		{"", []string{"remembered"}},
		{acr.Password, []string{"pwd"}},
		{acr.Password, []string{"pwd", "remembered"}},
		{acr.TwoFactors, []string{"pwd", "otp", "mfa"}},
		{acr.PhishingResistant, []string{"pop", "user", "mfa"}},
		{acr.PhishingResistant, []string{"pwd", "swk", "user"}},
		{acr.HardwareProtected, []string{"hwk", "user", "mfa"}},
	} {
		assert.Equal(t, tc.class, acr.Of(tc.methods), "%v", tc.methods)
	}
}

func TestMethodsOfSeveralProofsAreNamedOnce(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"pwd", "otp", "mfa"}, acr.Together([]string{"pwd"}, []string{"otp"}))
	assert.Equal(t, []string{"pwd", "otp", "pop", "user", "mfa"}, acr.Together([]string{"pwd", "otp", "mfa"}, []string{"pop", "user"}))
	assert.Equal(t, []string{"pwd"}, acr.Together([]string{"pwd"}, []string{"pwd"}))
	assert.Equal(t, []string{"pop", "user", "mfa"}, acr.Together([]string{"pop", "user", "mfa"}), "a key that verified its user is two factors")
}
