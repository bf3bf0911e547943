package api

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// An account with a second factor is changed by who has just given it, and the caller is told what the user has to do.
func TestChangesOfTheOwnAccountTakeTheSecondFactor(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	code, key := []string{"pwd", "otp", "mfa"}, []string{"pop", "user", "mfa"}
	u := account.User{ID: provider.NewID(at, rand.Reader)}
	ours, theirs := &client.Client{FirstParty: true}, &client.Client{}
	const challenge = `Bearer realm="gatehouse", error="insufficient_user_authentication", error_description="`
	for name, tc := range map[string]struct {
		factors   []string
		by        *oauth.Principal
		age       time.Duration
		status    int // 0: accepted
		challenge string
	}{
		"no second factor":          {nil, nil, 0, 0, ""},
		"a password alone":          {[]string{factor.TOTP}, nil, 0, 403, ""},
		"another user":              {[]string{factor.TOTP}, &oauth.Principal{Client: ours, AMR: code}, 0, 403, ""},
		"another application":       {[]string{factor.TOTP}, &oauth.Principal{Client: theirs, UserID: u.ID, AMR: code}, 0, 403, ""},
		"just now":                  {[]string{factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: code}, 5 * time.Minute, 0, ""},
		"too long ago":              {[]string{factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: code}, 5*time.Minute + time.Second, 401, `acr_values="2", max_age="300"`},
		"in the future":             {[]string{factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: code}, -time.Second, 401, `acr_values="2", max_age="300"`},
		"one factor":                {[]string{factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: []string{"pwd"}}, 0, 401, `acr_values="2", max_age="300"`},
		"a code, and not the key":   {[]string{factor.Passkey, factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: code}, 0, 401, `acr_values="phr", max_age="300"`},
		"the key":                   {[]string{factor.Passkey, factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: key}, 0, 0, ""},
		"an unknown time":           {[]string{factor.TOTP}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: code}, -1, 401, `acr_values="2", max_age="300"`},
		"a client, without a user":  {[]string{factor.TOTP}, &oauth.Principal{Client: ours}, 0, 403, ""},
		"a weaker key than in hand": {[]string{factor.HardwareKey, factor.Passkey}, &oauth.Principal{Client: ours, UserID: u.ID, AMR: key}, 0, 401, `acr_values="phrh", max_age="300"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is, by := u, tc.by
			is.Factors = tc.factors
			if by != nil && tc.age != -1 {
				signedIn := at.Add(-tc.age)
				by.AuthTime = &signedIn
			}
			err := stepUp(by, &is, at)
			if tc.status == 0 {
				require.NoError(t, err)
				return
			}
			var r *refusal.Refusal
			require.ErrorAs(t, err, &r)
			assert.Equal(t, tc.status, r.HTTPStatus())
			assert.Equal(t, refusal.CheckSecondFactor, r.Check)
			if tc.challenge == "" {
				assert.Empty(t, r.Challenge)
				return
			}
			assert.Equal(t, challenge+r.Description+`", `+tc.challenge, r.Challenge)
		})
	}
}
