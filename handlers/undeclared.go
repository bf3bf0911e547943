package handlers

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

const (
	// undeclaredPause and undeclaredPeers bound what whoever sends X-Forwarded-For can make us
	// log: a line a minute, and one for each of so many addresses.
	undeclaredPause = time.Minute
	undeclaredPeers = 64
)

// undeclared warns of peers that say for whom they ask without being trusted to. Such a peer
// is a proxy that nobody declared, or somebody who tries. Behind the former all people share
// one address: fifty wrong passwords of anybody lock out every browser that is new.
type undeclared struct {
	log   *slog.Logger
	clock provider.Clock
	next  atomic.Int64 // when the next line may be written, in microseconds
	mu    sync.Mutex
	told  map[netip.Addr]bool
}

func newUndeclared(log *slog.Logger, clock provider.Clock) *undeclared {
	return &undeclared{log: log, clock: clock, told: map[netip.Addr]bool{}}
}

func (u *undeclared) saw(ctx context.Context, peer netip.Addr) {
	now := u.clock.Now(ctx)
	if now.UnixMicro() < u.next.Load() || !u.first(peer, now) {
		return
	}
	u.log.WarnContext(ctx, "X-Forwarded-For is ignored: it comes from a peer that GATEHOUSE_TRUSTED_PROXIES does not name. If that is your proxy, name it, or all people share its address and its limits",
		slog.String("peer", peer.String()))
}

func (u *undeclared) first(peer netip.Addr, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.told[peer] || len(u.told) >= undeclaredPeers || now.UnixMicro() < u.next.Load() {
		return false
	}
	u.told[peer] = true
	u.next.Store(now.Add(undeclaredPause).UnixMicro())
	return true
}
