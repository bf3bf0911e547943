package statistics

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// addEvery is how often figures go to the database.
const addEvery = time.Minute

// adder adds figures to those that are stored, all of them or none.
type adder interface {
	AddFigures(ctx context.Context, figures []Figure, ofClients []ClientFigure) error
}

// Counter counts what happens in a process. It is safe for concurrent use.
type Counter struct {
	clock provider.Clock

	mu      sync.Mutex
	counts  tally
	clients clientTally
}

// NewCounter makes a Counter. Run stores what it counts.
func NewCounter(clock provider.Clock) *Counter {
	return &Counter{clock: clock, counts: newTally(), clients: newClientTally()}
}

// Hear counts an event. It is an event.Listener.
func (c *Counter) Hear(ctx context.Context, e event.Event) {
	switch e := e.(type) {
	case event.SignedIn:
		c.count(SignIns, Method(e.Methods))
	case event.AuthorizationApproved:
		c.countOf(e.ClientID, SignIns, Method(e.Methods))
	case event.SignInRefused:
		c.refusedSignIn(e.ClientID, e.Reason)
	case event.FactorRefused:
		reason := "second_factor"
		if e.Kind == factor.Passkey { // which may be all that was given
			reason = ByPasskey
		}
		c.refusedSignIn(audit.OriginOf(ctx).ClientID, reason)
	case event.TokenIssued:
		c.count(Tokens, e.GrantType)
		c.countOf(e.ClientID, Tokens, e.GrantType)
		if e.GrantType == string(client.Password) { // which takes a password each time, and no authorization
			c.countOf(e.ClientID, SignIns, ByPassword)
		}
	}
}

// refusedSignIn counts it, also for the client whose request led to it, if one did.
func (c *Counter) refusedSignIn(clientID, reason string) {
	c.count(RefusedSignIns, reason)
	c.countOf(clientID, RefusedSignIns, reason)
}

// Answer is how a request was answered.
type Answer struct {
	// ClientID is the registered client of the request; empty: it has none, or none that is known.
	ClientID string
	// Check is that of the refusal; empty: it was not refused.
	Check string
	Took  time.Duration
}

// Answered counts a request.
func (c *Counter) Answered(a Answer) {
	c.count(Requests, bound(a.Took))
	if a.Check != "" {
		c.count(Refusals, a.Check)
		c.countOf(a.ClientID, Refusals, a.Check)
	}
}

func bound(took time.Duration) string {
	for _, b := range Bounds() {
		if took <= time.Duration(b)*time.Millisecond {
			return strconv.Itoa(b)
		}
	}
	return "more"
}

// The labels of SignIns.
const (
	ByPassword     = "password"
	BySecondFactor = "second_factor" // a code beside the password
	ByPasskey      = "passkey"
)

// Method is the label of a sign-in by methods of authentication (RFC 8176).
func Method(methods []string) string {
	switch class := acr.Of(methods); {
	case acr.Satisfies(class, acr.PhishingResistant):
		return ByPasskey
	case class == acr.TwoFactors:
		return BySecondFactor
	case slices.Contains(methods, acr.MethodPassword):
		return ByPassword
	default:
		return Other
	}
}

func (c *Counter) count(s Series, label string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.count(counted{HourOf(c.clock()), s, label})
}

func (c *Counter) countOf(clientID string, s Series, label string) {
	if clientID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clients.count(clientID, counted{HourOf(c.clock()), s, label})
}

// Run adds what was counted to the database each minute until ctx ends, and then what is left.
func (c *Counter) Run(ctx context.Context, store adder, log *slog.Logger) {
	ticker := time.NewTicker(addEvery)
	defer ticker.Stop()
	flush := func(ctx context.Context) {
		if err := c.Flush(ctx, store); err != nil {
			log.WarnContext(ctx, "the figures of the console are not stored yet", slog.Any("cause", err))
		}
	}
	for {
		select {
		case <-ticker.C:
			flush(ctx)
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			flush(ctx)
			return
		}
	}
}

// Flush adds what was counted to the database. When that fails it is counted on.
func (c *Counter) Flush(ctx context.Context, store adder) error {
	taken, ofClients := c.take()
	if len(taken)+len(ofClients) == 0 {
		return nil
	}
	figures, clients := make([]Figure, 0, len(taken)), make([]ClientFigure, 0, len(ofClients))
	for key, n := range taken {
		figures = append(figures, key.figure(n))
	}
	for key, n := range ofClients {
		clients = append(clients, ClientFigure{key.clientID, key.figure(n)})
	}
	err := store.AddFigures(ctx, figures, clients)
	if err != nil {
		c.giveBack(taken, ofClients)
	}
	return err
}

func (c *Counter) take() (map[counted]int64, map[countedOf]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts.take(), c.clients.take()
}

// giveBack keeps what could not be stored. In a long outage of the database the hours that are no longer kept anyway
// go first; what is within the bound of labels stays small.
func (c *Counter) giveBack(taken map[counted]int64, ofClients map[countedOf]int64) {
	now := c.clock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.giveBack(taken, HourOf(now.Add(-Kept)))
	c.clients.giveBack(ofClients, HourOf(now.Add(-KeptOfClients)))
}
