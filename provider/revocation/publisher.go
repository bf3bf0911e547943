package revocation

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Interval is how often a process reads the feed, with one small statement.
const Interval = 200 * time.Millisecond

const (
	// pageSize bounds an answer, batchSize a statement.
	pageSize  = 1000
	batchSize = 10_000
	// Waiting is how many readers may wait at once, and WaitingOfClient how many of one client, as long as
	// others leave it the places.
	Waiting         = 5000
	WaitingOfClient = 1000
	// stale is how old what a process knows may be: beyond that it says nothing, since no news
	// would pass for good news.
	stale = 5 * time.Second
)

// The errors of Wait.
var (
	// ErrBusy: too many readers wait.
	ErrBusy = errors.New("too many readers wait for revocations")
	// ErrTooMany: too many of that client do.
	ErrTooMany = errors.New("too many readers of the client wait for revocations")
	// ErrUnavailable: the feed was not read for a while, or the process is stopping.
	ErrUnavailable = errors.New("the revocation feed is not known now")
)

type reader interface {
	// RevocationsAfter reads at most limit revocations with a higher number.
	RevocationsAfter(ctx context.Context, sequence int64, limit int) (Batch, error)
	// LastRevocation is that of the highest number; the zero value: there is none.
	LastRevocation(ctx context.Context) (Event, error)
	// NewTransaction is the number of a transaction that begins now.
	NewTransaction(ctx context.Context) (int64, error)
	// OldestRevoker is the number of the oldest transaction in progress that has revoked something, or, if
	// there is none, one that is higher than those of all that began before.
	OldestRevoker(ctx context.Context) (int64, error)
}

// counter is told what was published and how many wait.
type counter interface {
	Published(kind Kind)
	Waiting(readers int)
}

// Publisher follows the feed for all readers of a process.
type Publisher struct {
	reader  reader
	clock   provider.Clock
	counter counter
	logger  *slog.Logger

	mu  sync.Mutex
	log *log // nil until it was read for the first time
	// starting says what may still appear of what was there at the start.
	starting *missing
	began    time.Time // of the wait for it
	read     time.Time
	wake     chan struct{} // closed at news
	stopped  bool
	waiting  int
	// asked are those of them who were asked to give their place to another.
	asked int
	// readers are those who wait, by client.
	readers map[string]*waiters
	// begun counts the polls, whole is the last of them that read everything, and polled is closed at
	// the end of each.
	begun, whole uint64
	polled       chan struct{}
}

// NewPublisher makes a Publisher, which knows nothing until Run.
func NewPublisher(r reader, clock provider.Clock, c counter, logger *slog.Logger) *Publisher {
	return &Publisher{reader: r, clock: clock, counter: c, logger: logger, wake: make(chan struct{}), polled: make(chan struct{}), readers: map[string]*waiters{}}
}

// Run follows the feed until ctx ends, and then answers all who wait.
func (p *Publisher) Run(ctx context.Context) {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	failing := false
	for {
		err := p.Poll(ctx)
		if ctx.Err() != nil {
			p.stop()
			return
		}
		if err != nil && !failing {
			p.logger.WarnContext(ctx, "the revocation feed cannot be read", "cause", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			p.stop()
			return
		case <-ticker.C:
		}
	}
}

func (p *Publisher) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	// For good: who has entered and not looked yet would wait for news of nobody.
	close(p.wake)
	close(p.polled)
}

// Poll reads what is new. Only Run calls it, and tests.
func (p *Publisher) Poll(ctx context.Context) error {
	p.mu.Lock()
	p.begun++
	p.mu.Unlock()
	err := p.poll(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.whole = p.begun
	}
	close(p.polled)
	p.polled = make(chan struct{})
	return err
}

func (p *Publisher) poll(ctx context.Context) error {
	for {
		began := p.clock.Now(ctx)
		known, err := p.begin(ctx)
		if err != nil {
			return err
		}
		// Before the events, or one that is committed between would be in neither.
		ended, err := p.revokers(ctx)
		if err != nil {
			return err
		}
		batch, err := p.reader.RevocationsAfter(ctx, known.settled.Sequence-1, batchSize)
		if err != nil {
			return err
		}
		all, ok := len(batch.Events) < batchSize, false
		if batch.Events, ok = known.continues(batch, began); !ok {
			p.logger.WarnContext(ctx, "the database lacks revocations that were told: its readers begin anew", "sequence", known.settled.Sequence)
			p.forget()
			continue
		}
		settled := p.learn(batch, max(ended, batch.Oldest), all, began)
		if known.misses() {
			before, err := p.reader.NewTransaction(ctx)
			if err != nil {
				return err
			}
			p.expect(before)
		}
		if all || !settled {
			return nil
		}
	}
}

// lookEvery is after how many polls a process looks which transactions it really waits for. Most have ended by the
// second, and the look takes the locks of the database's own table of locks.
const lookEvery = 5

// revokers returns before which number all transactions have ended that revoked something, or 0 where that need not
// be known. Without it, whatever else writes for long in the same cluster would keep the feed waiting.
func (p *Publisher) revokers(ctx context.Context) (ended int64, err error) {
	p.mu.Lock()
	look := p.starting.due() || p.log.missing.due()
	late := p.starting != nil && p.starting.polls == 5*lookEvery
	p.mu.Unlock()
	if late {
		p.logger.WarnContext(ctx, "the revocation feed waits for a transaction that has revoked something and does not end")
	}
	if !look {
		return 0, nil
	}
	return p.reader.OldestRevoker(ctx)
}

func (m *missing) due() bool {
	if m == nil {
		return false
	}
	m.polls++
	return m.polls%lookEvery == 0
}

// forget has the next read begin anew, and those who wait ask again.
func (p *Publisher) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = nil
	close(p.wake)
	p.wake = make(chan struct{})
}

// begin is where the feed ends at the start of the process. What is missed up to there may still
// appear.
func (p *Publisher) begin(ctx context.Context) (*log, error) {
	p.mu.Lock()
	known := p.log
	p.mu.Unlock()
	if known != nil {
		return known, nil
	}
	last, err := p.reader.LastRevocation(ctx)
	if err != nil {
		return nil, err
	}
	before, err := p.reader.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log, p.starting, p.began = newLog(last), &missing{upTo: last.Sequence, before: before}, p.clock.Real()
	return p.log, nil
}

// learn takes what was read, before which number the transactions had ended, and whether that is all. It tells whether something is settled by it.
func (p *Publisher) learn(b Batch, ended int64, all bool, at time.Time) (settled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.log.settled.Sequence
	news := p.log.add(b, ended, all)
	if all { // otherwise it cannot be said that there was nothing else
		p.read = at
	}
	if p.starting != nil && ended >= p.starting.before {
		p.starting = nil
	}
	for _, e := range news {
		p.counter.Published(e.Kind)
	}
	if len(news) > 0 || p.log.settled.Sequence != before {
		close(p.wake)
		p.wake = make(chan struct{})
	}
	return p.log.settled.Sequence != before
}

func (p *Publisher) expect(before int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log.missing = &missing{upTo: p.log.highest, before: before}
}

// Age is since when the process cannot say what was revoked: how long ago the feed was read, or how long the process
// has waited to know where the feed ends; a day if it never read it.
func (p *Publisher) Age() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.starting != nil:
		return p.clock.Real().Sub(p.began)
	case p.read.IsZero():
		return Keep
	default:
		return p.clock.Real().Sub(p.read)
	}
}
