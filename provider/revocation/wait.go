package revocation

import (
	"context"
	"time"
)

// Page is an answer to a reader.
type Page struct {
	Events []Event
	Next   Cursor
	// More: there are more events now.
	More bool
	// Reset: the cursor was of another feed, such as that of a database that was restored since, or what
	// it follows is no longer kept, and the events are those from the beginning.
	Reset bool
	// AsOf: what was revoked before is among the events up to here.
	AsOf time.Time
}

// Wait returns once there is something to tell a reader of a client, or the time to wait is over, or where too many
// wait, another client that has fewer who do needs the place. It returns ErrBusy, ErrTooMany or ErrUnavailable.
func (p *Publisher) Wait(ctx context.Context, clientID string, from Cursor, wait time.Duration) error {
	own, err := p.enter(clientID)
	if err != nil {
		return err
	}
	given := false
	defer func() { p.leave(clientID, given) }()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		wake := p.nothing(from)
		if wake == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller's own
		case <-timer.C:
			return nil
		case <-own.giveUp:
			given = true
			return nil
		case <-wake:
		}
	}
}

// nothing returns the channel that is closed at news, or nil if there is something to tell.
func (p *Publisher) nothing(from Cursor) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped || !p.knows() || !p.log.remembers(from) || !p.log.has(from) || p.log.news(from) {
		return nil
	}
	return p.wake
}

// knows tells whether the process can say what was revoked.
func (p *Publisher) knows() bool {
	return p.log != nil && p.starting == nil && p.clock.Real().Sub(p.read) <= stale
}

// Page returns what a reader lacks, maybe nothing. It returns ErrUnavailable. A cursor that is not known is one of
// another feed only if a poll shows so that began after the reader had arrived: what the reader knows may have been
// committed after this process last read, and told by another, which reads at other moments.
func (p *Publisher) Page(ctx context.Context, from Cursor) (Page, error) {
	arrived := p.polls()
	for {
		page, polled, err := p.page(ctx, from, arrived)
		if polled == nil {
			return page, err
		}
		select {
		case <-ctx.Done():
			return Page{}, ctx.Err() //nolint:wrapcheck // the caller's own
		case <-polled:
		}
	}
}

// waiters are the readers of a client who wait.
type waiters struct {
	count int
	// asked are those who were asked to give their place to another, each by an item in giveUp.
	asked  int
	giveUp chan struct{}
}

// enter counts a reader who waits, until leave.
func (p *Publisher) enter(clientID string) (*waiters, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := p.readers[clientID]
	if own == nil {
		own = &waiters{giveUp: make(chan struct{}, WaitingOfClient)}
	}
	switch {
	case p.stopped:
		return nil, ErrUnavailable
	case own.count-own.asked >= WaitingOfClient:
		return nil, ErrTooMany
	case p.waiting-p.asked >= Waiting && !p.makePlace(own):
		return nil, ErrBusy
	}
	p.waiting++
	own.count++
	p.readers[clientID] = own
	p.counter.Waiting(p.waiting)
	return own, nil
}

// makePlace asks one of the client with the most readers to give up, unless it has no more than the one who
// needs the place would have: so a few clients cannot keep the others out.
func (p *Publisher) makePlace(own *waiters) bool {
	most := own
	for _, w := range p.readers {
		if w.count-w.asked > most.count-most.asked {
			most = w
		}
	}
	if most.count-most.asked <= own.count-own.asked+1 {
		return false
	}
	select {
	case most.giveUp <- struct{}{}:
		most.asked++
		p.asked++
		return true
	default: // many have not left yet that were asked
		return false
	}
}

// leave ends what enter began. One that leaves by itself leaves in place of one that was asked to.
func (p *Publisher) leave(clientID string, given bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := p.readers[clientID]
	if !given {
		select {
		case <-own.giveUp:
			given = true
		default:
		}
	}
	if given {
		own.asked--
		p.asked--
	}
	p.waiting--
	if own.count--; own.count == 0 {
		delete(p.readers, clientID)
	}
	p.counter.Waiting(p.waiting)
}

// polls is how many polls have begun.
func (p *Publisher) polls() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.begun
}

// page is what a reader lacks, or the channel that is closed at the end of the poll that must be awaited.
func (p *Publisher) page(ctx context.Context, from Cursor, arrived uint64) (Page, <-chan struct{}, error) {
	p.mu.Lock()
	if !p.knows() {
		p.mu.Unlock()
		return Page{}, nil, ErrUnavailable
	}
	known, page := p.log, Page{AsOf: p.read}
	if known.remembers(from) && !known.has(from) {
		if polled, stopped := p.polled, p.stopped; p.whole <= arrived {
			p.mu.Unlock()
			if stopped {
				return Page{}, nil, ErrUnavailable
			}
			return Page{}, polled, nil
		}
		page.Reset, from = true, Cursor{}
	}
	if known.remembers(from) {
		page.Events, page.Next = known.after(from, pageSize)
		page.More = page.Next.Settled < known.settled.Sequence
		p.mu.Unlock()
		return page, nil, nil
	}
	settled, more := known.settled, len(known.early) > 0
	p.mu.Unlock()
	err := p.older(ctx, from, settled, &page)
	page.More = page.More || more
	return page, nil, err
}

// older reads what a reader lacks that is further behind than what is remembered, up to what is settled.
func (p *Publisher) older(ctx context.Context, from Cursor, settled Event, page *Page) error {
	batch, err := p.reader.RevocationsAfter(ctx, from.Settled-1, pageSize+1)
	if err != nil {
		return err
	}
	events := batch.Events
	switch {
	case from.begins():
	case len(events) > 0 && from.at(events[0]):
		events = events[1:]
	default: // of another feed, or removed since
		page.Reset = true
		return p.older(ctx, Cursor{}, settled, page)
	}
	for _, e := range events[:min(len(events), pageSize)] {
		if e.Sequence <= settled.Sequence {
			page.Events = append(page.Events, e)
		}
	}
	page.Next = cursorAt(settled, 0)
	if n := len(page.Events); n == pageSize {
		page.Next, page.More = cursorAt(page.Events[n-1], 0), true
	}
	return nil
}
