package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

const (
	// claimed is how long a message belongs to the process that claimed it, and attempted how long an
	// attempt may take. After a crash another process has it then.
	claimed, attempted = 2 * time.Minute, 90 * time.Second
	// listed bounds the messages that are looked up at once.
	listed = 200
	// grace is how long attempts in progress may take when the process ends.
	grace = 5 * time.Second
)

// queue is the stored messages.
type queue interface {
	// DueMessages are those that are to be sent, the one that has waited longest first.
	DueMessages(ctx context.Context, w Wanted, now time.Time, limit int) ([]Due, error)
	// ClaimMessage claims a message until a time; provider.ErrNotFound: it is not due any more.
	ClaimMessage(ctx context.Context, id provider.ID, now, until time.Time) (Stored, error)
	// SettleMessage stores the state, the next time and the fault after an attempt. Except when it was
	// sent, it does nothing if the message was claimed again meanwhile.
	SettleMessage(ctx context.Context, m Stored) error
}

// codes makes the code and the link of a verification. It returns provider.ErrNotFound for one that is
// used, expired or gone: the message is dropped then.
type codes interface {
	Code(ctx context.Context, verification provider.ID) (code, link string, err error)
}

// Carrier hands messages of one channel over.
type Carrier interface {
	// Carry returns *Fault.
	Carry(ctx context.Context, l Letter) error
}

// Fault is why a message was not handed over.
type Fault struct {
	// Class tells an operator what is wrong. It contains nothing of the message, and no words of the
	// server, which may repeat the address.
	Class string
	// Permanent: the recipient or the message was refused for good.
	Permanent bool
	// RetryAfter is how long the server asks to wait; 0: it does not say.
	RetryAfter time.Duration
}

// Error is part of error.
func (f *Fault) Error() string { return "notify: " + f.Class }

// Outcome is what became of an attempt.
type Outcome string

// The outcomes.
const (
	WasSent    Outcome = "sent"
	WillRetry  Outcome = "retried"
	GaveUp     Outcome = "failed"
	WasDropped Outcome = "dropped"
)

// Outcomes are all of them.
func Outcomes() []Outcome { return []Outcome{WasSent, WillRetry, GaveUp, WasDropped} }

// SenderConfig is what a Sender needs. Codes may be nil: what needs a code is then dropped.
type SenderConfig struct {
	Queue    queue
	Codes    codes
	Texts    *Texts
	Carriers map[Channel]Carrier
	Clock    provider.Clock
	Random   io.Reader
	Log      *slog.Logger
	// Outcome, if set, is called after each attempt.
	Outcome func(Channel, Kind, Outcome)
}

// Sender sends what is stored.
type Sender struct {
	SenderConfig

	work   sync.WaitGroup
	places []*places
}

// NewSender makes a Sender.
func NewSender(c SenderConfig) *Sender {
	if c.Outcome == nil {
		c.Outcome = func(Channel, Kind, Outcome) {}
	}
	s := &Sender{SenderConfig: c}
	for _, channel := range Channels() {
		s.places = append(s.places, newPlaces(channel))
	}
	return s
}

// Due tells whether there is something to send.
func (s *Sender) Due(ctx context.Context) (bool, error) {
	for _, p := range s.places {
		due, err := s.due(ctx, p, 1)
		if err != nil || len(due) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// due are the messages that have a place. Others are not read: they could be more than the limit.
func (s *Sender) due(ctx context.Context, p *places, limit int) ([]Due, error) {
	wanted, some := p.wanted()
	if !some {
		return nil, nil
	}
	due, err := s.Queue.DueMessages(ctx, wanted, s.Clock.Real(), limit)
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	return due, nil
}

// Start begins to send what is due and does not wait for it.
func (s *Sender) Start(ctx context.Context) error {
	for _, p := range s.places {
		due, err := s.due(ctx, p, listed)
		if err != nil {
			return err
		}
		for d, leave, some := p.take(&due); some; d, leave, some = p.take(&due) {
			s.work.Go(func() { s.serve(ctx, p, d, leave, &due) })
		}
	}
	return nil
}

// Run waits for the end of ctx, and then a moment for the attempts in progress: what was handed over
// and not noted is sent twice.
func (s *Sender) Run(ctx context.Context) {
	<-ctx.Done()
	done := make(chan struct{})
	go func() { s.work.Wait(); close(done) }()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// serve sends a message, and then others of the list while they have a place.
func (s *Sender) serve(ctx context.Context, p *places, d Due, leave func(), list *[]Due) {
	for some := true; some; d, leave, some = p.take(list) {
		err := s.send(context.WithoutCancel(ctx), d.ID)
		leave()
		if err != nil {
			s.Log.WarnContext(ctx, "message was not sent", "message", d.ID.String(), "cause", err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// send makes one attempt.
func (s *Sender) send(ctx context.Context, id provider.ID) error {
	now := s.Clock.Real()
	m, err := s.Queue.ClaimMessage(ctx, id, now, now.Add(claimed))
	if errors.Is(err, provider.ErrNotFound) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	outcome := s.settle(&m, s.attempt(ctx, &m))
	if outcome != WasSent {
		s.Log.WarnContext(ctx, "message was not sent", "message", id.String(), "channel", string(m.Channel), "kind", string(m.Kind),
			"fault", m.Fault, "outcome", string(outcome), "tries", m.Tries)
	}
	s.Outcome(m.Channel, m.Kind, outcome)
	return s.Queue.SettleMessage(ctx, m)
}

// errDropped: the message would say nothing useful.
var errDropped = errors.New("notify: dropped")

func (s *Sender) attempt(ctx context.Context, m *Stored) error {
	carrier := s.Carriers[m.Channel]
	if carrier == nil {
		return &Fault{Class: "not_configured"} // another server may be: settings change one server after the other
	}
	code, link, err := s.code(ctx, m.Verification)
	what := m.Message
	if errors.Is(err, errDropped) && (m.Kind == ContactChanged || m.Kind.undoable()) { // the recipient has to know in any case
		err = nil
		if m.Kind == ContactChanged {
			what.Kind = ContactChangedAgain
		}
	}
	if err != nil {
		return err
	}
	letter, err := s.Texts.Render(what, code, link)
	if err != nil {
		s.Log.ErrorContext(ctx, "message cannot be written", "message", m.ID.String(), "cause", err)
		return &Fault{Class: "template", Permanent: true}
	}
	ctx, cancel := context.WithTimeout(ctx, attempted)
	defer cancel()
	return carrier.Carry(ctx, letter)
}

func (s *Sender) code(ctx context.Context, verification provider.ID) (code, link string, err error) {
	if verification.IsZero() {
		return "", "", nil
	}
	if s.Codes == nil {
		return "", "", errDropped
	}
	code, link, err = s.Codes.Code(ctx, verification)
	if errors.Is(err, provider.ErrNotFound) {
		return "", "", errDropped
	}
	if err != nil {
		s.Log.WarnContext(ctx, "the code of a message cannot be read", "cause", err)
		return "", "", &Fault{Class: "code"}
	}
	return code, link, nil
}

// settle gives the message its new state.
func (s *Sender) settle(m *Stored, err error) Outcome {
	var fault *Fault
	switch {
	case err == nil:
		m.State, m.Fault = Sent, ""
		return WasSent
	case errors.Is(err, errDropped):
		m.State, m.Fault = Dropped, "expired"
		return WasDropped
	case !errors.As(err, &fault):
		fault = &Fault{Class: "unknown"}
	}
	m.Fault = fault.Class
	var more bool
	if m.NextAt, more = next(m.CreatedAt, s.Clock.Real(), m.Tries, fault.RetryAfter, s.Random); more && !fault.Permanent {
		return WillRetry
	}
	m.State = Failed
	return GaveUp
}
