package audit

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

const (
	// tallyEvery is the time that one record sums up.
	tallyEvery = time.Minute
	// tallyUsers is how many users have a record of their own each time, those with the most refusals;
	// the others are summed up, so that an attack on many accounts does not fill the database.
	tallyUsers = 100
	// tallyMemory bounds the users who are counted one by one.
	tallyMemory = 10_000
)

// counts are numbers by reason.
type counts map[string]int64

// Tally counts refused sign-ins and requests, and records the sums.
type Tally struct {
	mu      sync.Mutex
	signIns map[provider.ID]counts // the zero id: no such user, or one too many
	limits  counts
}

// NewTally makes an empty Tally.
func NewTally() *Tally {
	return &Tally{signIns: map[provider.ID]counts{}, limits: counts{}}
}

// Hear counts a refused sign-in, or a refused second factor. It is an event.Listener.
func (t *Tally) Hear(_ context.Context, e event.Event) {
	var user provider.ID
	var reason string
	switch e := e.(type) {
	case event.SignInRefused:
		user, reason = e.UserID, e.Reason
	case event.FactorRefused: // the password was right: that must not look like a wrong one
		user, reason = e.UserID, "second_factor_"+e.Reason
		if e.Kind == "passkey" { // which may be all that was asked for
			reason = "passkey_" + e.Reason
		}
	default:
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(user, reason, 1)
}

// Decided counts a request that a rate limit refused. It is a ratelimit.Observer.
func (t *Tally) Decided(policy, _ string, allowed bool) {
	if allowed {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limits[policy]++
}

func (t *Tally) add(user provider.ID, reason string, n int64) {
	if t.signIns[user] == nil {
		if len(t.signIns) >= tallyMemory {
			user = provider.ID{}
		}
		if t.signIns[user] == nil {
			t.signIns[user] = counts{}
		}
	}
	t.signIns[user][reason] += n
}

// Run records the sums each minute until ctx ends, and then what is left.
func (t *Tally) Run(ctx context.Context, gate *Gate, log *slog.Logger) {
	ticker := time.NewTicker(tallyEvery)
	defer ticker.Stop()
	record := func(ctx context.Context) {
		if err := t.Flush(ctx, gate); err != nil {
			log.WarnContext(ctx, "refused sign-ins and requests are not recorded yet", slog.Any("cause", err))
		}
	}
	for {
		select {
		case <-ticker.C:
			record(ctx)
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			record(ctx)
			return
		}
	}
}

// Flush records the sums in one transaction. When that fails they are counted on.
func (t *Tally) Flush(ctx context.Context, gate *Gate) error {
	signIns, limits := t.take()
	if len(signIns) == 0 && len(limits) == 0 {
		return nil
	}
	err := gate.tx.InTx(ctx, func(ctx context.Context) error {
		for _, user := range most(signIns) {
			target := Target{Type: User}
			if !user.IsZero() {
				target = OfUser(user)
			}
			if err := record(ctx, gate, UserSignInRefused, target, signIns[user]); err != nil {
				return err
			}
		}
		return record(ctx, gate, LimitRefuse, Target{Type: Limit}, limits)
	})
	if err != nil {
		t.giveBack(signIns, limits)
	}
	return err
}

func record(ctx context.Context, gate *Gate, action Action, target Target, of counts) error {
	return gate.Record(ctx, BackgroundJob("tally"), action, target, func(context.Context) (Changes, error) {
		changes := Changes{}
		for reason, n := range of {
			changes[reason] = Change{nil, n}
		}
		return changes, nil
	})
}

func (t *Tally) take() (signIns map[provider.ID]counts, limits counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	signIns, limits = t.signIns, t.limits
	t.signIns, t.limits = map[provider.ID]counts{}, counts{}
	return signIns, limits
}

func (t *Tally) giveBack(signIns map[provider.ID]counts, limits counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for user, of := range signIns {
		for reason, n := range of {
			t.add(user, reason, n)
		}
	}
	for policy, n := range limits {
		t.limits[policy] += n
	}
}

// most are the users with the most refusals. It adds those of the others to the zero id.
func most(signIns map[provider.ID]counts) []provider.ID {
	sum := func(of counts) (n int64) {
		for _, v := range of {
			n += v
		}
		return n
	}
	users := slices.SortedFunc(maps.Keys(signIns), func(a, b provider.ID) int {
		return cmp.Compare(sum(signIns[b]), sum(signIns[a]))
	})
	if len(users) <= tallyUsers {
		return users
	}
	users, rest := users[:tallyUsers], users[tallyUsers:]
	others := signIns[provider.ID{}]
	if others == nil {
		others = counts{}
		signIns[provider.ID{}] = others
	}
	for _, user := range rest {
		if user.IsZero() {
			continue
		}
		for reason, n := range signIns[user] {
			others[reason] += n
		}
	}
	if !slices.Contains(users, provider.ID{}) {
		users = append(users, provider.ID{})
	}
	return users
}
