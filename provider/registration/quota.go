package registration

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// window is how long a registration without a token counts, in hours. A client that was removed counts as well: otherwise
// whoever removes his own could go on for ever.
const window = 24

func hourOf(at time.Time) int64 { return at.Unix() / int64(time.Hour/time.Second) }

// CountedSince is the hour, since 1970, after which registrations count at a time.
func CountedSince(now time.Time) int64 { return hourOf(now) - window }

// source is where registrations come from. It may have a part of what all others have left of the bound: the fewer are left,
// the fewer anybody gets, so that a few cannot take all, and there is always one for somebody who had none.
type source struct {
	name string
	part int
}

// The parts of an address, and of its network.
const (
	partOfAddress = 50
	partOfNetwork = 5
)

// sources are those of the prefix of an address: itself, and its network. Without one there are none.
func sources(prefix string) []source {
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return nil
	}
	return []source{{prefix, partOfAddress}, {origin.Network(p.Addr().String()), partOfNetwork}}
}

// anywhere is the name of all sources together.
const anywhere = ""

func names(from []source) []string {
	list := []string{anywhere}
	for _, s := range from {
		list = append(list, s.name)
	}
	return list
}

// room refuses a registration without a token where there are too many: each is a row that anybody can write. Counted is
// how many of those that are counted are the registration itself.
func (r *Registry) room(ctx context.Context, from []source, now time.Time, counted int) error {
	made, err := r.Store.RegistrationCounts(ctx, names(from), CountedSince(now))
	if err != nil {
		return fmt.Errorf("count registrations: %w", err)
	}
	left := r.settings.Most - (made[anywhere] - counted)
	if left > 0 && !slices.ContainsFunc(from, func(s source) bool { return made[s.name]-counted >= max(1, left/s.part) }) {
		return nil
	}
	refused := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckRegistrations, "Too many applications have registered themselves.")
	refused.RetryAfter = time.Hour
	return refused
}

// count counts a registration in the transaction that makes it, and refuses it if others were faster.
func (r *Registry) count(ctx context.Context, from []source, now time.Time) error {
	if err := r.Store.CountRegistration(ctx, names(from), hourOf(now)); err != nil {
		return fmt.Errorf("count a registration: %w", err)
	}
	return r.room(ctx, from, now, 1)
}
