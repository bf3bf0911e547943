package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// outbox keeps messages that are sent later; notify.ErrTooMany: the address has got enough of them.
type outbox interface {
	Add(ctx context.Context, m notify.Message) error
	// Deliveries are how far the messages of verifications are.
	Deliveries(ctx context.Context, of []notify.Message) (map[provider.ID]notify.Delivery, error)
}

// transactor runs fn in one transaction.
type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// SelfService is what people do for their own accounts: register, confirm, recover, change. Everything
// is refused that is not proven by a code, which goes to the address concerned, or by the password.
type SelfService struct {
	registry *Registry
	people   logins
	tx       transactor
	codes    *verification.Codes
	outbox   outbox
	policy   Policy
	notices  *notices

	recoveries recoveries
	passwords  Throttle
	needs      contactNeeds
	renewals   renewals
}

// NewSelfService makes a SelfService over a registry, which from then on tells people what administrators change.
func NewSelfService(r *Registry, p logins, tx transactor, codes *verification.Codes, o outbox, policy Policy) *SelfService {
	r.notices = &notices{o, policy, codes}
	return &SelfService{registry: r, people: p, tx: tx, codes: codes, outbox: o, policy: policy, notices: r.notices, recoveries: unlimited{}, passwords: unlimited{}, needs: nothingNeeded{}, renewals: unlimited{}}
}

// Limit limits the requests of forgotten passwords and the tries at passwords. It comes before requests are
// served; commands have no limits.
func (s *SelfService) Limit(r recoveries, passwords Throttle) {
	s.recoveries, s.passwords = r, passwords
}

// renewals give a user the attempts at codes of second factors back.
type renewals interface {
	Renew(ctx context.Context, user string)
}

// RenewAttempts sets what a new password through a recovery gives back: somebody who knew the former one may have used up
// the attempts at codes. It comes before requests are served.
func (s *SelfService) RenewAttempts(r renewals) { s.renewals = r }

// unlimited is where there is no limit.
type unlimited struct{}

// Take is part of Throttle.
func (unlimited) Take(context.Context, Try) error { return nil }

// Return is part of Throttle.
func (unlimited) Return(context.Context, Try) {}

// Renew is part of renewals.
func (unlimited) Renew(context.Context, string) {}

// Policy says who may register.
func (s *SelfService) Policy() Policy { return s.policy }
