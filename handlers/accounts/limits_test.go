package accounts_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/accounts"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// A class of people behind one address accepts invitations at once; what sends messages is bounded more.
func TestAcceptancesAreLimitedAsCodes(t *testing.T) {
	t.Parallel()
	limits := map[string]string{}
	for _, line := range accounts.New(accounts.Config{}).Routes() {
		if line.Methods[0] == http.MethodPost {
			limits[line.Path] = line.Policies[0]
		}
	}
	assert.Equal(t, map[string]string{
		"/register": ratelimit.RegisterPrefix, "/register/invitation": ratelimit.VerifyPrefix, "/verify": ratelimit.VerifyPrefix,
		"/recover": ratelimit.RecoverPrefix, "/reset": ratelimit.VerifyPrefix, "/undo": ratelimit.VerifyPrefix,
	}, limits)
}
