package oauth

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// The claims that can be released are those that the consent page can show.
func TestEveryClaimOfAUserCanBeShownForConsent(t *testing.T) {
	t.Parallel()
	u := account.User{Username: "a", Email: "a@example.com", Phone: "+442071838750", UpdatedAt: time.Unix(1, 0), Roles: []string{"admin"}, Profile: account.Profile{
		Name: "a", GivenName: "a", FamilyName: "a", MiddleName: "a", Nickname: "a", Page: "a", Picture: "a", Website: "a",
		Gender: "a", Birthdate: "a", Zoneinfo: "a", Locale: "a", Address: &account.Address{Country: "GB"},
	}}
	assert.ElementsMatch(t, consent.Claims(), slices.Collect(maps.Keys(pick(&u, func(string) bool { return true }))))
}
