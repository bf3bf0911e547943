package console

import (
	"context"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// locked is a limit that a user has used up, so that attempts are refused; but by browsers that have signed in to the
// account before.
type locked struct {
	// Policy is the limit, and the name of the text: user.locked and it.
	Policy string
	// Until is when one attempt is allowed again.
	Until time.Time
	// Path is that of the page where all of it is given back.
	Path string
}

// lockedOut are those limits of a user: of passwords, and of what a second factor gives.
func (c *Console) lockedOut(ctx context.Context, now time.Time, u *account.User) ([]locked, error) {
	policies := []string{ratelimit.SignInAccount}
	if len(u.Factors) > 0 {
		policies = append(policies, ratelimit.FactorAccount, ratelimit.FactorAccountLong, ratelimit.FactorRecoveryAccount)
	}
	var list []locked
	for _, policy := range policies {
		d, err := c.Budgets.StateOfUser(ctx, policy, u.ID)
		if err != nil {
			return nil, err
		}
		if !d.Allowed {
			path := wire.Path(limitsPath+"/"+policy, url.Values{accountField: {u.Username}})
			list = append(list, locked{policy, budgetOf(d, now).RetryAt, path})
		}
	}
	return list, nil
}
