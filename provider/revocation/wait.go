package revocation

import (
	"context"
	"errors"
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

// Wait returns what a reader of a client lacks, or nothing once the time to wait is over. It returns ErrBusy,
// ErrTooMany or ErrUnavailable.
func (p *Publisher) Wait(ctx context.Context, clientID string, from Cursor, wait time.Duration) (Page, error) {
	if err := p.enter(clientID); err != nil {
		return Page{}, err
	}
	defer p.leave(clientID)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	arrived := p.polls()
	for over := wait <= 0; ; {
		page, wake, err := p.page(ctx, from, arrived)
		if errors.Is(err, errNotReadSince) {
			select {
			case <-ctx.Done():
				return Page{}, ctx.Err()
			case <-wake:
			}
			continue
		}
		if err != nil || over || len(page.Events) > 0 || page.Reset {
			return page, err
		}
		select {
		case <-ctx.Done():
			return Page{}, ctx.Err()
		case <-timer.C:
			over = true
		case <-wake:
			over = p.ends()
		}
	}
}

// enter counts a reader who waits, until leave.
func (p *Publisher) enter(clientID string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stopped:
		return ErrUnavailable
	case p.readers[clientID] >= WaitingOfClient:
		return ErrTooMany
	case p.waiting >= Waiting:
		return ErrBusy
	}
	p.waiting++
	p.readers[clientID]++
	p.counter.Waiting(p.waiting)
	return nil
}

func (p *Publisher) leave(clientID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
	if p.readers[clientID]--; p.readers[clientID] == 0 {
		delete(p.readers, clientID)
	}
	p.counter.Waiting(p.waiting)
}

func (p *Publisher) ends() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped
}

// polls is how many polls have begun.
func (p *Publisher) polls() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.begun
}

// errNotReadSince: what a reader knows already may have been committed after this process last read. Another
// process told it, and it reads at other moments.
var errNotReadSince = errors.New("the feed was not read since the reader arrived")

// page is what a reader lacks now, with the channel that is closed at news. A cursor that is not known is one of
// another feed only if a poll shows so that began after the reader had arrived: until then it returns
// errNotReadSince, and the channel that is closed at the end of a poll.
func (p *Publisher) page(ctx context.Context, from Cursor, arrived uint64) (Page, <-chan struct{}, error) {
	p.mu.Lock()
	wake, known := p.wake, p.log
	if known == nil || p.starting != nil || p.clock.Real().Sub(p.read) > stale {
		p.mu.Unlock()
		return Page{}, wake, ErrUnavailable
	}
	page := Page{AsOf: p.read}
	if known.remembers(from) && !known.has(from) {
		if polled, stopped := p.polled, p.stopped; p.whole <= arrived {
			p.mu.Unlock()
			if stopped {
				return Page{}, nil, ErrUnavailable
			}
			return Page{}, polled, errNotReadSince
		}
		page.Reset, from = true, Cursor{}
	}
	if known.remembers(from) {
		page.Events, page.Next = known.after(from, pageSize)
		page.More = page.Next.Settled < known.settled.Sequence
		p.mu.Unlock()
		return page, wake, nil
	}
	settled, more := known.settled, len(known.early) > 0
	p.mu.Unlock()
	err := p.older(ctx, from, settled, &page)
	page.More = page.More || more
	return page, wake, err
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
