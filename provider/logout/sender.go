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
	// lookedAt bounds the clients that are looked at in a second for something to deliver.
	lookedAt = 1000
	// inRow bounds the deliveries to a client before others get their turn.
	inRow = 200
	// sideBySide bounds the requests in progress to a client that responds: when many sessions end at
	// once it learns of them soon, and is not overwhelmed.
	sideBySide = 4
)

// errGone: there is no receiver any more. The client was deleted or disabled, or is not told any more.
const errGone = "no_receiver"

// ErrNoKey is returned by a signer where the client wants its tokens encrypted, and its key cannot be had.
var ErrNoKey = errors.New("no key of the client to encrypt to")

// errNoKey is the fault of such a delivery.
const errNoKey = "encryption_key"

// queue is the stored deliveries.
type queue interface {
	// LogoutsDueSince is when the oldest delivery became due that nobody has begun to send; nil: there is none.
	LogoutsDueSince(ctx context.Context, now time.Time) (*time.Time, error)
	// DueLogouts looks at a number of clients after the given one for which something is stored, and returns
	// those that have something due, the one that has waited longest first, and the last that it has looked
	// at; empty: there are no more.
	DueLogouts(ctx context.Context, now time.Time, after string, limit int) (due []delivery.Receiver[string], last string, err error)
	// ClaimLogout claims the next delivery to a client until a time; provider.ErrNotFound: none is due.
	ClaimLogout(ctx context.Context, clientID string, now, until time.Time) (Delivery, error)
	// SettleLogout stores the outcome of an attempt.
	SettleLogout(ctx context.Context, d Delivery) error
}

// clients finds clients; provider.ErrNotFound: there is none.
type clients interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// signer signs logout tokens, and encrypts those of clients that want it. It may return ErrNoKey.
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
	// after is the last client that was looked at.
	after string
}

// NewSender makes a Sender. It calls outcome, if that is set, after each attempt.
func NewSender(q queue, c clients, s signer, post poster, clock provider.Clock, random io.Reader, log *slog.Logger, outcome func(delivery.Outcome)) *Sender {
	if outcome == nil {
		outcome = func(delivery.Outcome) {}
	}
	return &Sender{
		queue: q, clients: c, signer: s, post: post, clock: clock, random: random, log: log, outcome: outcome,
		lanes: delivery.NewLanes[string](atOnce),
	}
}

// Due tells whether there is something to deliver.
func (s *Sender) Due(ctx context.Context) (bool, error) {
	since, err := s.queue.LogoutsDueSince(ctx, s.clock.Real())
	return since != nil, err
}

// Start begins to deliver what is due and does not wait for it: a client that hangs, or responds late,
// does not delay the others. One call looks at a number of clients, and the next one at those after them.
func (s *Sender) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	due, last, err := s.queue.DueLogouts(ctx, s.clock.Real(), s.after, lookedAt)
	if err != nil {
		return fmt.Errorf("logouts: %w", err)
	}
	s.after = last
	s.lanes.Serve(due, func(id string) *delivery.Turn { return s.serve(ctx, id) })
	return nil
}

// serve delivers to one client until something fails: first one, and if the client responds to that,
// several side by side.
func (s *Sender) serve(ctx context.Context, clientID string) *delivery.Turn {
	turn := delivery.NewTurn(inRow, s.clock.Real())
	if !s.next(ctx, clientID, turn) {
		return turn
	}
	var all sync.WaitGroup
	for range sideBySide {
		all.Go(func() {
			for s.next(ctx, clientID, turn) {
			}
		})
	}
	all.Wait()
	return turn
}

// next delivers one, and tells whether to go on.
func (s *Sender) next(ctx context.Context, clientID string, turn *delivery.Turn) bool {
	if ctx.Err() != nil || !turn.Next(s.clock.Real()) {
		return false
	}
	more, err := s.deliver(ctx, clientID, turn)
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "logout was not sent", "client_id", clientID, "cause", err)
	}
	return err == nil && more
}

func (s *Sender) deliver(ctx context.Context, clientID string, turn *delivery.Turn) (more bool, err error) {
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
	retryAfter, err := s.send(ctx, c, &d)
	if err != nil {
		return false, err
	}
	if ctx.Err() != nil {
		return false, ctx.Err() // the process ends; the receiver did not fail
	}
	done := s.clock.Real()
	d.Took = done.Sub(now)
	outcome := s.judge(&d, done, retryAfter)
	turn.Note(outcome, d.Took)
	return outcome != delivery.Retry, s.settle(ctx, d, outcome)
}

// send signs the token and posts it. The delivery has what came of that.
func (s *Sender) send(ctx context.Context, c *client.Client, d *Delivery) (retryAfter time.Duration, err error) {
	text, err := s.signer.LogoutToken(ctx, c, *d)
	if errors.Is(err, ErrNoKey) {
		d.Fault = errNoKey // a client may change its keys: it is tried again
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("sign: %w", err)
	}
	d.Status, retryAfter, d.Fault = s.post.Post(c.Outbound(ctx), c.BackChannelLogoutURI,
		map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(url.Values{"logout_token": {text}}.Encode()))
	return retryAfter, nil
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
