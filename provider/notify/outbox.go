package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// ErrTooMany: the address or the account has got as many messages as it may, or there were as many SMS as there
// may be altogether. Nothing was stored.
var ErrTooMany = errors.New("notify: too many messages to this address or account, or too many SMS altogether")

// Scope is of what there were too many messages.
type Scope string

// The scopes: those to the address, those that the account asked for, and the SMS of all.
const (
	OfAddress Scope = "address"
	OfAccount Scope = "account"
	OfSMS     Scope = "sms"
)

// Scopes are all of them.
func Scopes() []Scope { return []Scope{OfAddress, OfAccount, OfSMS} }

// TooMany is an ErrTooMany. RetryAfter is how long to wait, in whole minutes: seconds would tell exactly when
// somebody else had a message sent.
type TooMany struct {
	RetryAfter time.Duration
	Scope      Scope
}

func tooMany(wait time.Duration, of Scope) *TooMany {
	return &TooMany{(wait + time.Minute - 1).Truncate(time.Minute), of}
}

// Error says how long to wait.
func (t *TooMany) Error() string {
	return fmt.Sprintf("%s; in %s there may be more", ErrTooMany, t.RetryAfter)
}

// Unwrap returns ErrTooMany.
func (*TooMany) Unwrap() error { return ErrTooMany }

// bound is how many messages there may be in a time.
type bound struct {
	per  time.Duration
	most int
}

// bounds of an address and of an account, which may have several addresses. They limit what somebody
// else can have sent to a person, and what an operator pays for SMS. askedBounds are those of what an account
// asks for itself, which goes to any address: with numbers that cost much, somebody earns at each. They are also
// those of the codes of a second factor, of which each is worth five guesses.
func addressBounds() []bound { return []bound{{time.Hour, 10}, {24 * time.Hour, 30}} }
func guessBounds() []bound   { return []bound{{24 * time.Hour, 1}} } // more would say nothing new
func accountBounds() []bound { return []bound{{time.Hour, 20}, {24 * time.Hour, 60}} }
func askedBounds() []bound   { return []bound{{time.Hour, 5}, {24 * time.Hour, 20}} }

// askedBudgets are how many budgets of an account askedBounds are for: new contacts, and the codes of a second factor in known
// and other browsers. Of an account as many messages are read as there can be of all its budgets.
const askedBudgets = 3

// State is how far a message is.
type State string

// The states.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Failed  State = "failed"
	Dropped State = "dropped"
	Silent  State = "silent"
)

// Stored is a message as it is stored.
type Stored struct {
	Message

	// Key is the address as it is counted. AddressNumber and UserNumber number the messages to it, and
	// those to the user; UserNumber is 0 without a user.
	Key                       string
	AddressNumber, UserNumber int64
	State                     State
	// Tries counts the attempts that began.
	Tries  int
	NextAt time.Time
	// Fault is a class of errors, such as timeout: that of the last attempt.
	Fault string
}

// Numbered are the latest messages to an address or a user.
type Numbered struct {
	// Last is the number of the latest; 0: there is none.
	Last int64
	// Times are when they were created, the latest first, and Keys their addresses as they are counted.
	Times []time.Time
	Keys  []string
}

// of are when those of a budget were created.
func (n Numbered) of(budget string) (times []time.Time) {
	for i, key := range n.Keys {
		if strings.HasPrefix(key, budget+":") {
			times = append(times, n.Times[i])
		}
	}
	return times
}

// outboxStore stores messages.
type outboxStore interface {
	// LatestMessages are those to an address and to a user, up to a number each.
	LatestMessages(ctx context.Context, key string, user provider.ID, limit int) (address, account Numbered, err error)
	// AddMessage returns provider.ErrConflict if one of the numbers is taken.
	AddMessage(ctx context.Context, m Stored) error
	// NthSMS is when the n-th latest SMS since a time was stored that is not silent; zero: there are fewer.
	// Keys begin with a prefix. No other transaction counts until this one ends.
	NthSMS(ctx context.Context, prefix string, since time.Time, n int) (time.Time, error)
	// Messages lists those that are not silent, the newest first.
	Messages(ctx context.Context, limit int) ([]Stored, error)
	// MessagesTo are those with one of the keys and of one of the verifications, the oldest first.
	MessagesTo(ctx context.Context, keys []string, verifications []provider.ID) ([]Stored, error)
}

// Outbox stores messages that are to be sent.
type Outbox struct {
	store  outboxStore
	clock  provider.Clock
	random io.Reader
	// sms bounds the SMS of an hour; 0: nothing does.
	sms int
	// refused is nil where nobody counts.
	refused func(Channel, Scope)
}

// NewOutbox makes an Outbox.
func NewOutbox(store outboxStore, clock provider.Clock, random io.Reader) *Outbox {
	return &Outbox{store: store, clock: clock, random: random}
}

// BoundSMS bounds the SMS of an hour, to whomever they go; 0: nothing does. Accounts are free, so no bound of
// one keeps somebody from having SMS sent to numbers that they earn at.
func (o *Outbox) BoundSMS(perHour int) *Outbox {
	o.sms = perHour
	return o
}

// OnRefusal calls a function for each message that a bound refuses and that would have been sent: not for
// silent ones. It is set before messages are added.
func (o *Outbox) OnRefusal(refused func(Channel, Scope)) { o.refused = refused }

// addTries bounds how often Add starts again: at least once for each message that the bounds let
// other requests store meanwhile.
const addTries = 100

// Add stores a message in the transaction of ctx. It returns *TooMany above the bounds, silent
// messages included, and ErrAddress.
//
// The bounds hold for any number of requests at once: each message has the next number of its address,
// and of two that found the same number free one has to look again.
func (o *Outbox) Add(ctx context.Context, m Message) error {
	err := o.add(ctx, m)
	var many *TooMany
	if o.refused != nil && !m.Silent && m.budget() != guesses && errors.As(err, &many) {
		o.refused(m.Channel, many.Scope)
	}
	return err
}

func (o *Outbox) add(ctx context.Context, m Message) error {
	if !m.valid() {
		return fmt.Errorf("notify: no kind %q", m.Kind)
	}
	if !m.Channel.reachable(m.To) {
		return ErrAddress
	}
	now := o.clock.Now(ctx)
	m.ID, m.CreatedAt, m.Locale = provider.NewID(now, o.random), now, knownLocale(m.Locale)
	s := Stored{Message: m, Key: m.key(), State: Waiting, NextAt: now}
	if m.Silent {
		s.State = Silent
	}
	if wait, err := o.exhausted(ctx, &s, now); err != nil {
		return err
	} else if wait > 0 {
		return tooMany(wait, OfSMS)
	}
	// Others are notices of what the account does: what it asks for, or anybody else, must not use up their room.
	asked := m.Asked || m.Kind == SecondFactorCode
	counted, bounds := !m.UserID.IsZero() && (asked || m.budget() == recoveries), accountBounds()
	if asked {
		bounds = askedBounds()
	}
	ofAddress := addressBounds()
	if m.budget() == guesses {
		ofAddress = guessBounds()
	}
	for range addTries {
		// Both are read for every message, so that one without a user takes no less time.
		address, account, err := o.store.LatestMessages(ctx, s.Key, m.UserID, most(accountBounds())+askedBudgets*most(askedBounds()))
		if err != nil {
			return fmt.Errorf("notify: count messages: %w", err)
		}
		wait, scope := exceeded(address.Times, ofAddress, now), OfAddress
		if more := exceeded(account.of(m.budget()), bounds, now); counted && more > wait {
			wait, scope = more, OfAccount
		}
		if wait > 0 {
			return tooMany(wait, scope)
		}
		s.AddressNumber, s.UserNumber = address.Last+1, 0
		if counted {
			s.UserNumber = account.Last + 1
		}
		switch err := o.store.AddMessage(ctx, s); {
		case errors.Is(err, provider.ErrConflict):
			continue
		case err != nil:
			return fmt.Errorf("notify: store a message: %w", err)
		}
		return nil
	}
	return tooMany(time.Minute, OfAddress) // so many requests at once that each took the number of another
}

// exhausted is how long one more SMS would exceed what there may be in an hour. Codes that anybody can have
// sent to any number take half of it at most: the other half is for people who have proved theirs.
func (o *Outbox) exhausted(ctx context.Context, s *Stored, now time.Time) (wait time.Duration, err error) {
	if s.Channel != SMS || o.sms == 0 {
		return 0, nil
	}
	bounds := map[string]int{"": o.sms}
	if strings.HasPrefix(s.budget(), confirmations) {
		bounds[confirmations] = max(1, o.sms/2)
	}
	for prefix, n := range bounds {
		at, err := o.store.NthSMS(ctx, prefix, now.Add(-time.Hour), n)
		if err != nil {
			return 0, fmt.Errorf("notify: count SMS: %w", err)
		}
		if !at.IsZero() {
			wait = max(wait, at.Add(time.Hour).Sub(now))
		}
	}
	return wait, nil
}

// exceeded is how long one more message would exceed a bound; 0: it does not.
func exceeded(latest []time.Time, bounds []bound, now time.Time) (wait time.Duration) {
	for _, b := range bounds {
		if len(latest) >= b.most {
			wait = max(wait, latest[b.most-1].Add(b.per).Sub(now))
		}
	}
	return wait
}

func most(bounds []bound) int {
	n := 0
	for _, b := range bounds {
		n = max(n, b.most)
	}
	return n
}
