package logo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/sync/singleflight"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

const (
	// lifetime is how long a copy is fresh, staleness how long it is served while the client's
	// server does not respond: a logo that was taken down must not be shown for ever.
	lifetime  = time.Hour
	staleness = 24 * time.Hour
	// pause is the minimum time after a failed fetch: anybody can open pages, and must not be able
	// to make this server flood another one.
	pause = 5 * time.Minute
	// copiesBytes bounds the copies in memory, copiesCount the URLs, including failed ones.
	copiesBytes = 16 << 20
	copiesCount = 1000
)

// ErrUnavailable: there is no copy and none could be made. The text says why and is for the
// operator: to the client that chose the URL it would reveal what is behind the firewall.
var ErrUnavailable = errors.New("logo not available")

// fetcher fetches from a URL that a client chose.
type fetcher interface {
	Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error)
}

// copies caches pictures by URL.
type copies struct {
	fetch   fetcher
	clock   provider.Clock
	running singleflight.Group

	mu      sync.Mutex
	entries *simplelru.LRU[string, entry]
	bytes   int
}

// entry is the result of the last fetches of a URL.
type entry struct {
	picture Picture
	fetched time.Time // of picture
	tried   time.Time
	err     error // of the last attempt
}

func newCopies(fetch fetcher, clock provider.Clock) *copies {
	s := &copies{fetch: fetch, clock: clock}
	entries, err := simplelru.NewLRU(copiesCount, func(_ string, e entry) { s.bytes -= len(e.picture.Body) })
	if err != nil { // only for a size that is not positive
		panic("logo: " + err.Error())
	}
	s.entries = entries
	return s
}

// get returns the copy of the picture at uri, fetching it when it is due.
func (s *copies) get(ctx context.Context, uri string) (Picture, error) {
	now := s.clock.Now(ctx)
	if e := s.look(uri); e.settled(now) {
		return e.usable(now)
	}
	// The fetch is shared by all waiting requests: it must not end when the first of them is
	// canceled. The fetcher has its own deadline.
	fetched := s.running.DoChan(uri, func() (any, error) {
		return s.refetch(context.WithoutCancel(ctx), uri), nil
	})
	select {
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	case result := <-fetched:
		return result.Val.(entry).usable(now) //nolint:forcetypeassert // of the function above
	}
}

func (s *copies) refetch(ctx context.Context, uri string) entry {
	e, now := s.look(uri), s.clock.Now(ctx)
	if e.settled(now) {
		return e // another fetch finished after the caller had looked
	}
	e.tried = now
	answer, err := s.fetch.Get(ctx, uri, accept, maxBytes)
	if err == nil {
		var picture Picture
		if picture, err = inspect(answer); err == nil {
			e.picture, e.fetched = picture, now
		}
	}
	e.err = err
	s.put(uri, e)
	return e
}

func (s *copies) look(uri string) entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, _ := s.entries.Get(uri)
	return e
}

func (s *copies) put(uri string, e entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries.Remove(uri) // so that its bytes are subtracted
	s.entries.Add(uri, e)
	s.bytes += len(e.picture.Body)
	for s.bytes > copiesBytes {
		s.entries.RemoveOldest()
	}
}

// settled tells whether no fetch is due yet.
func (e entry) settled(now time.Time) bool {
	return now.Sub(e.fetched) < lifetime || now.Sub(e.tried) < pause
}

// usable hides the cause of a failure from errors.Is: a fetch that timed out is not a timeout of
// the request, and gets the response of any missing logo.
func (e entry) usable(now time.Time) (Picture, error) {
	if now.Sub(e.fetched) >= staleness {
		return Picture{}, fmt.Errorf("%w: %v", ErrUnavailable, e.err) //nolint:errorlint // see above
	}
	return e.picture, nil
}
