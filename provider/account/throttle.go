package account

import (
	"context"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gatehouse-id/gatehouse/provider"
)

// How many tries may fail within the window before the next has to wait. A person who
// forgot a password rarely needs ten; an address may serve a whole office.
const (
	accountTries = 10
	addressTries = 50
	window       = 15 * time.Minute
	counters     = 100_000
)

// Throttled: too many tries failed. RetryAfter is how long to wait.
type Throttled struct{ RetryAfter time.Duration }

// Error says how long to wait.
func (t *Throttled) Error() string {
	return fmt.Sprintf("too many failed sign-ins; try again in %s", t.RetryAfter.Round(time.Second))
}

// Throttle counts sign-ins per account and per address, in this process. A try is counted
// before it is made and given back when it succeeds: counting afterwards lets a hundred
// parallel tries through while none has failed yet (Zitadel CVE-2023-47111).
type Throttle struct {
	clock provider.Clock

	mu       sync.Mutex
	counters *lru.Cache[string, *counter]
}

type counter struct {
	tries int
	ends  time.Time
}

// NewThrottle makes a Throttle.
func NewThrottle(clock provider.Clock) *Throttle {
	kept, err := lru.New[string, *counter](counters)
	if err != nil { // only for a size that is not positive
		panic("account: " + err.Error())
	}
	return &Throttle{clock: clock, counters: kept}
}

// Begin counts one try for a canonical account name and an address, or returns *Throttled.
func (t *Throttle) Begin(ctx context.Context, name, address string) error {
	now := t.clock.Now(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	account, origin := t.counter("account "+name, now), t.counter("address "+address, now)
	for c, most := range map[*counter]int{account: accountTries, origin: addressTries} {
		if c.tries >= most {
			return &Throttled{RetryAfter: c.ends.Sub(now)}
		}
	}
	account.tries++
	origin.tries++
	return nil
}

// Succeeded forgets the failures of the account and gives the address its try back.
func (t *Throttle) Succeeded(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counters.Remove("account " + name)
	if c, ok := t.counters.Get("address " + address); ok && c.tries > 0 {
		c.tries--
	}
}

func (t *Throttle) counter(key string, now time.Time) *counter {
	c, ok := t.counters.Get(key)
	if !ok || !now.Before(c.ends) {
		c = &counter{ends: now.Add(window)}
		t.counters.Add(key, c)
	}
	return c
}
