package logout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

const (
	// claimed is how long a delivery belongs to the process that claimed it: longer than a request
	// may take. After a crash another process has it then.
	claimed = 15 * time.Second
	// atOnce bounds the clients to which requests are in progress.
	atOnce = 64
	// inRow bounds the deliveries to a client before others get their turn.
	inRow = 200
	// sideBySide bounds the requests in progress to a client that responds: when many sessions end at
	// once it learns of them soon, and is not overwhelmed.
	sideBySide = 4
)

// errGone: there is no receiver any more. The client was deleted or disabled, or is not told any more.
const errGone = "no_receiver"

// queue is the stored deliveries.
type queue interface {
	// DueLogouts are the clients for which there is something to deliver.
	DueLogouts(ctx context.Context, now time.Time, limit int) ([]string, error)
	// ClaimLogout claims the next delivery to a client until a time; provider.ErrNotFound: none is due.
	ClaimLogout(ctx context.Context, clientID string, now, until time.Time) (Delivery, error)
	// SettleLogout stores the outcome of an attempt.
	SettleLogout(ctx context.Context, d Delivery) error
}

// clients finds clients; provider.ErrNotFound: there is none.
type clients interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// signer signs logout tokens.
type signer interface {
	LogoutToken(ctx context.Context, c *client.Client, d Delivery) (string, error)
}

// poster sends a request. It returns a class of errors when there was no response.
type poster interface {
	Post(ctx context.Context, url string, headers map[string]string, body []byte) (status int, retryAfter time.Duration, fault string)
}

// Sender delivers what is stored.
type Sender struct {
	queue   queue
	clients clients
	signer  signer
	post    poster
	clock   provider.Clock
	random  io.Reader
	log     *slog.Logger
	outcome func(delivery.Outcome)
	lanes   *delivery.Lanes[string]

	mu sync.Mutex
	// failing are the clients whose last request failed.
	failing map[string]bool
}

// NewSender makes a Sender. It calls outcome, if that is set, after each attempt.
func NewSender(q queue, c clients, s signer, post poster, clock provider.Clock, random io.Reader, log *slog.Logger, outcome func(delivery.Outcome)) *Sender {
	if outcome == nil {
		outcome = func(delivery.Outcome) {}
	}
	return &Sender{
		queue: q, clients: c, signer: s, post: post, clock: clock, random: random, log: log, outcome: outcome,
		lanes: delivery.NewLanes[string](atOnce), failing: map[string]bool{},
	}
}

// Due tells whether there is something to deliver.
func (s *Sender) Due(ctx context.Context) (bool, error) {
	due, err := s.queue.DueLogouts(ctx, s.clock.Real(), 1)
	return len(due) > 0, err
}

// Start begins to deliver what is due and does not wait for it: a client that hangs does not delay the
// others.
func (s *Sender) Start(ctx context.Context) error {
	due, err := s.queue.DueLogouts(ctx, s.clock.Real(), 1000)
	if err != nil {
		return fmt.Errorf("logouts: %w", err)
	}
	for _, id := range due {
		if s.lanes.Begin(id, s.fails(id)) {
			go func() {
				defer s.lanes.End(id)
				s.serve(ctx, id)
			}()
		}
	}
	return nil
}

// serve delivers to one client until something fails: first one, and if the client responds to that,
// several side by side.
func (s *Sender) serve(ctx context.Context, clientID string) {
	if !s.next(ctx, clientID) {
		return
	}
	var all sync.WaitGroup
	for range sideBySide {
		all.Go(func() {
			for range inRow / sideBySide {
				if !s.next(ctx, clientID) {
					return
				}
			}
		})
	}
	all.Wait()
}

// next delivers one, and tells whether to go on.
func (s *Sender) next(ctx context.Context, clientID string) bool {
	more, err := s.deliver(ctx, clientID)
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "logout was not sent", "client_id", clientID, "cause", err)
	}
	return err == nil && more
}

func (s *Sender) deliver(ctx context.Context, clientID string) (more bool, err error) {
	now := s.clock.Real()
	d, err := s.queue.ClaimLogout(ctx, clientID, now, now.Add(claimed))
	if errors.Is(err, provider.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c, err := s.clients.Client(ctx, clientID)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return false, err
	}
	d.TriedAt, d.Took, d.Status, d.Fault = &now, 0, 0, ""
	if err != nil || c.Disabled || c.BackChannelLogoutURI == "" {
		d.State, d.Fault = Failed, errGone
		return true, s.settle(ctx, d, delivery.Failed)
	}
	text, err := s.signer.LogoutToken(ctx, c, d)
	if err != nil {
		return false, fmt.Errorf("sign: %w", err)
	}
	status, retryAfter, fault := s.post.Post(c.Outbound(ctx), c.BackChannelLogoutURI,
		map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(url.Values{"logout_token": {text}}.Encode()))
	if ctx.Err() != nil {
		return false, ctx.Err() // the process ends; the receiver did not fail
	}
	done := s.clock.Real()
	d.Took, d.Status, d.Fault = done.Sub(now), status, fault
	outcome := s.judge(&d, done, retryAfter)
	s.note(clientID, outcome)
	return outcome != delivery.Retry, s.settle(ctx, d, outcome)
}

// The status codes of receivers that decide about a delivery.
const (
	accepted      = 200
	acceptedEmpty = 204
	refused       = 400
)

// judge gives the delivery its new state (Back-Channel Logout section 2.8: 200, and frameworks respond
// with 204 where there is no body; 400 refuses the token, and would refuse it again).
func (s *Sender) judge(d *Delivery, now time.Time, retryAfter time.Duration) delivery.Outcome {
	if d.Fault == "" && (d.Status == accepted || d.Status == acceptedEmpty) {
		d.State = Delivered
		return delivery.Delivered
	}
	if d.Fault == "" {
		d.Fault = "status"
	}
	wait, more := delivery.Pause(pauses(), d.Tries, retryAfter, s.random)
	if !more || d.Status == refused {
		d.State = Failed
		return delivery.Failed
	}
	d.NextAt = now.Add(wait)
	return delivery.Retry
}

func (s *Sender) settle(ctx context.Context, d Delivery, outcome delivery.Outcome) error {
	if err := s.queue.SettleLogout(ctx, d); err != nil {
		return err
	}
	s.outcome(outcome)
	return nil
}

func (s *Sender) fails(clientID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failing[clientID]
}

func (s *Sender) note(clientID string, outcome delivery.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if outcome == delivery.Delivered {
		delete(s.failing, clientID)
		return
	}
	s.failing[clientID] = true
}
