package factor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// Each policy, each state of a user, each thing that a user can have given: none of them is enough where more is
// demanded.
func TestPolicyDemands(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	past, future := now.Add(-time.Second), now.Add(time.Hour)
	policies := map[string]factor.Policy{
		"none": {}, "everyone": {Everyone: true}, "grace": {Everyone: true, Grace: time.Hour}, "role": {Roles: []string{"admin"}},
		"remember": {Everyone: true, Remember: time.Hour},
	}
	users := map[string]*account.User{
		"none": {}, "admin": {Roles: []string{"admin"}}, "due": {FactorsDueAt: &future}, "overdue": {FactorsDueAt: &past},
		"app": {Factors: []string{factor.TOTP}}, "passkey": {Factors: []string{factor.Passkey}}, "mail": {Factors: []string{factor.Mail}},
	}
	given := map[string][]string{
		"password": {"pwd"}, "remembered": {"pwd", session.Remembered}, "code": {"pwd", "otp", "mfa"}, "key": {"pwd", "pop", "user", "mfa"}, "passkey": {"pop", "user", "mfa"},
	}
	want := map[string]factor.Demand{}
	for name, u := range users {
		for policy := range policies {
			for methods := range given {
				cell := fmt.Sprintf("%s, %s, %s", policy, name, methods)
				second := methods == "code" || methods == "key" || methods == "passkey"
				has := len(u.Factors) > 0
				demanded := policy == "everyone" || policy == "grace" || policy == "remember" || (policy == "role" && name == "admin")
				switch {
				case second, has && methods == "remembered" && policy == "remember", !has && !demanded:
					want[cell] = factor.Nothing
				case has:
					want[cell] = factor.Prove
				case name == "due", name != "overdue" && policy == "grace":
					want[cell] = factor.Remind
				default:
					want[cell] = factor.MustSetUp
				}
			}
		}
	}
	assert.Len(t, want, len(users)*len(policies)*len(given))
	for name, u := range users {
		for policy, p := range policies {
			for methods, m := range given {
				cell := fmt.Sprintf("%s, %s, %s", policy, name, methods)
				assert.Equal(t, want[cell], p.Of(u, m, now), cell)
			}
		}
	}
}

func TestClassThatFactorsReach(t *testing.T) {
	t.Parallel()
	for class, kinds := range map[string][]string{
		acr.Password: nil, acr.TwoFactors: {factor.TOTP}, acr.PhishingResistant: {factor.TOTP, factor.Passkey},
		acr.HardwareProtected: {factor.HardwareKey, factor.Passkey},
	} {
		assert.Equal(t, class, factor.Class(&account.User{Factors: kinds}))
	}
	assert.Equal(t, acr.TwoFactors, factor.Class(&account.User{Factors: []string{factor.Mail}}))
	both := &account.User{Factors: []string{factor.Mail, factor.Passkey}}
	assert.False(t, factor.MayChange(both, []string{"pwd", "otp", "mfa"}), "a mailbox must not take a passkey away")
}
