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
	// undeclaredPause and undeclaredPeers bound what a client can make the server log by sending
	// X-Forwarded-For: a line a minute, and one for each of so many addresses.
	undeclaredPause = time.Minute
	undeclaredPeers = 64
)

// undeclared warns of peers that send X-Forwarded-For and are not trusted. Such a peer is a proxy
// that the operator did not declare, or an attacker. Behind such a proxy all users share one IP
// address: fifty wrong passwords of one user lock out every new browser.
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
	u.log.WarnContext(ctx, "X-Forwarded-For is ignored: it comes from a peer that GATEHOUSE_TRUSTED_PROXIES does not name. If that is your proxy, name it; otherwise all users share its IP address and its limits",
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
