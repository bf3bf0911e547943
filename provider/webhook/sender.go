package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

const (
	// claimed is how long a delivery belongs to the process that claimed it: longer than a request
	// may take. After a crash another process has it then.
	claimed = 15 * time.Second
	// atOnce bounds the endpoints to which requests are in progress.
	atOnce = 64
	// inRow bounds the deliveries to an endpoint before others get their turn.
	inRow = 100
	// giveUp is for how long an endpoint may fail before it is disabled.
	giveUp = 5 * 24 * time.Hour
	gone   = 410
)

// queue is the stored deliveries.
type queue interface {
	// DueEndpoints are the enabled endpoints for which there is something to deliver.
	DueEndpoints(ctx context.Context, now time.Time, limit int) ([]Endpoint, error)
	// Claim claims the next delivery to an endpoint until a time, and reads the endpoint as it is by
	// then; provider.ErrNotFound: none is due, or the endpoint is disabled or gone.
	Claim(ctx context.Context, endpoint provider.ID, now, until time.Time) (Endpoint, Delivery, error)
	// Settle stores the outcome of an attempt: the state and the next time of the delivery.
	Settle(ctx context.Context, d Delivery, a Attempt) error
	// WebhookSecrets are the secrets of an endpoint that sign, the newest first.
	WebhookSecrets(ctx context.Context, endpoint provider.ID, now time.Time) ([]Secret, error)
}

// poster sends a request. It returns a class of errors when there was no response.
type poster interface {
	Post(ctx context.Context, url string, headers map[string]string, body []byte) (status int, retryAfter time.Duration, fault string)
}

// Sender delivers what is stored.
type Sender struct {
	queue    queue
	registry *Registry
	post     poster
	clock    provider.Clock
	random   io.Reader
	log      *slog.Logger
	outcome  func(delivery.Outcome)
	lanes    *delivery.Lanes[provider.ID]
}

// NewSender makes a Sender. It calls outcome, if that is set, after each attempt.
func NewSender(q queue, r *Registry, post poster, clock provider.Clock, random io.Reader, log *slog.Logger, outcome func(delivery.Outcome)) *Sender {
	if outcome == nil {
		outcome = func(delivery.Outcome) {}
	}
	return &Sender{queue: q, registry: r, post: post, clock: clock, random: random, log: log, outcome: outcome, lanes: delivery.NewLanes[provider.ID](atOnce)}
}

// Start begins to deliver what is due and does not wait for it: an endpoint that hangs, or responds late,
// does not delay the others.
func (s *Sender) Start(ctx context.Context) error {
	due, err := s.queue.DueEndpoints(ctx, s.clock.Real(), 1000)
	if err != nil {
		return fmt.Errorf("webhooks: %w", err)
	}
	receivers := make([]delivery.Receiver[provider.ID], len(due))
	for i, e := range due {
		receivers[i] = delivery.Receiver[provider.ID]{Key: e.ID, Failing: e.FailingSince != nil}
	}
	s.lanes.Serve(receivers, func(id provider.ID) *delivery.Turn { return s.serve(ctx, id) })
	return nil
}

// Due tells whether there is something to deliver.
func (s *Sender) Due(ctx context.Context) (bool, error) {
	due, err := s.queue.DueEndpoints(ctx, s.clock.Real(), 1)
	return len(due) > 0, err
}

// serve delivers to one endpoint until something fails.
func (s *Sender) serve(ctx context.Context, endpoint provider.ID) *delivery.Turn {
	turn := delivery.NewTurn(inRow, s.clock.Real())
	for ctx.Err() == nil && turn.Next(s.clock.Real()) {
		more, err := s.next(ctx, endpoint, turn)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "webhook was not sent", "endpoint", endpoint.String(), "cause", err)
		}
		if err != nil || !more {
			break
		}
	}
	return turn
}

func (s *Sender) next(ctx context.Context, endpoint provider.ID, turn *delivery.Turn) (more bool, err error) {
	now := s.clock.Real()
	e, d, err := s.queue.Claim(ctx, endpoint, now, now.Add(claimed))
	if err != nil {
		return false, ignoreNotFound(err)
	}
	secrets, err := s.secrets(ctx, e.ID, now)
	if err != nil {
		return false, err
	}
	status, retryAfter, fault := s.post.Post(ctx, e.URL, Headers(d.EventID.String(), now, d.Body, secrets), d.Body)
	if ctx.Err() != nil {
		return false, ctx.Err() // the process ends; the receiver did not fail
	}
	done := s.clock.Real()
	a := Attempt{ID: provider.NewID(now, s.random), At: now, Took: done.Sub(now), Status: status, Error: fault}
	if fault == "" && (status < 200 || status > 299) {
		a.Error = "status"
	}
	s.settle(&d, a, done, retryAfter)
	turn.Note(outcomeOf(d, a), a.Took)
	if err := s.queue.Settle(ctx, d, a); err != nil {
		return false, err
	}
	s.outcome(outcomeOf(d, a))
	if a.succeeded() {
		return true, nil
	}
	return false, s.disable(ctx, e, status, done)
}

// settle gives the delivery its new state.
func (s *Sender) settle(d *Delivery, a Attempt, now time.Time, retryAfter time.Duration) {
	wait, more := pause(d.Tries, retryAfter, s.random)
	switch {
	case a.succeeded():
		d.State = Delivered
	case more:
		d.NextAt = now.Add(wait)
	default:
		d.State = Failed
	}
}

// disable disables an endpoint that is gone or has failed for too long.
func (s *Sender) disable(ctx context.Context, e Endpoint, status int, now time.Time) error {
	if status != gone && (e.FailingSince == nil || now.Sub(*e.FailingSince) < giveUp) {
		return nil
	}
	_, err := s.registry.Change(ctx, audit.BackgroundJob("webhooks"), e.ID, func(e *Endpoint) error {
		e.Disabled = true
		return nil
	})
	s.log.WarnContext(ctx, "webhook endpoint was disabled", "endpoint", e.ID.String(), "status", status)
	return ignoreNotFound(err)
}

func (s *Sender) secrets(ctx context.Context, endpoint provider.ID, now time.Time) ([][]byte, error) {
	kept, err := s.queue.WebhookSecrets(ctx, endpoint, now)
	if err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		return nil, errors.New("the endpoint has no secret: it was deleted meanwhile") // nothing goes out unsigned
	}
	secrets := make([][]byte, len(kept))
	for i, k := range kept {
		if secrets[i], err = s.registry.seal.OpenFor(endpoint[:], k.Sealed); err != nil {
			return nil, fmt.Errorf("secret %s: %w", k.ID, err)
		}
	}
	return secrets, nil
}

func outcomeOf(d Delivery, a Attempt) delivery.Outcome {
	switch {
	case a.succeeded():
		return delivery.Delivered
	case d.State == Failed:
		return delivery.Failed
	default:
		return delivery.Retry
	}
}

func ignoreNotFound(err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return nil
	}
	return err
}
