package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// telemetry is what a server counts and traces itself by.
type telemetry struct {
	clock    provider.Clock
	registry *prometheus.Registry
	metrics  *metrics.Metrics
	figures  *statistics.Counter
	counting bool    // false: metrics are neither counted nor served
	traces   *traces // nil: off
}

func (e *environment) telemetry(ctx context.Context, c config) (*telemetry, error) {
	t := &telemetry{clock: e.clock, registry: prometheus.NewRegistry(), figures: statistics.NewCounter(e.clock), counting: c.Metrics}
	var err error
	if t.metrics, err = metrics.New(t.registry, metrics.Options{Version: version, Clock: e.clock}); err != nil {
		return nil, err
	}
	if t.traces, err = newTraces(ctx, e.Environ); err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	return t, nil
}

// statement is the storage.Statements of a server.
func (t *telemetry) statement(ctx context.Context, query string) (context.Context, func(error)) {
	canonical.From(ctx).Statements(1)
	ctx, end := t.traces.statement(ctx, query)
	if !t.counting {
		return ctx, end
	}
	began := t.clock()
	return ctx, func(err error) {
		t.metrics.SQL.Statement(t.clock().Sub(began).Seconds(), err != nil)
		end(err)
	}
}

// listeners hear what happens in the domain.
func (t *telemetry) listeners(log *slog.Logger) []event.Listener {
	if !t.counting {
		return []event.Listener{event.Log(log), t.figures.Hear}
	}
	return []event.Listener{event.Log(log), t.figures.Hear, t.metrics.Record}
}

// lookups is told by a cache whether it had the answer.
func (t *telemetry) lookups(name string) func(hit bool) {
	if !t.counting {
		return nil
	}
	return t.metrics.Caches.For(name)
}

// decisions counts what a limiter decides.
func (t *telemetry) decisions(l ratelimit.Limiter) ratelimit.Limiter {
	if !t.counting {
		return l
	}
	return ratelimit.Observe(l, t.metrics.Limits)
}

// requests is what counts requests; nil: nothing does.
func (t *telemetry) requests() *metrics.Metrics {
	if !t.counting {
		return nil
	}
	return t.metrics
}

// page is /metrics.
func (t *telemetry) page(log *slog.Logger) http.Handler {
	if !t.counting {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Metrics are off: GATEHOUSE_METRICS is false.", http.StatusNotFound)
		})
	}
	return metrics.Handler(t.registry, log)
}

// watch shows what is asked for at each scrape.
func (t *telemetry) watch(h *instance, l limits) error {
	m := t.metrics
	var errs []error
	for name, pool := range h.store.Pools() {
		errs = append(errs, m.SQL.Watch(pool, name))
	}
	errs = append(errs,
		m.Ready.Watch("database", h.store.Writable),
		m.Keys.Watch(func(ctx context.Context) ([]metrics.SigningKey, error) { return h.shownKeys(ctx), nil }),
		m.Audit.Watch(func(ctx context.Context) (time.Duration, error) { return h.unsealed(ctx, t.clock) }),
		m.Audit.WatchVerified(h.lastVerified),
		m.Webhooks.Watch(t.clock, func(ctx context.Context) ([]webhook.Standing, error) { return h.store.Standings(ctx, t.clock()) }),
		m.Messages.Watch(t.clock, h.store.WaitingSince),
		m.Logouts.Watch(t.clock, func(ctx context.Context) (*time.Time, error) { return h.store.LogoutsDueSince(ctx, t.clock()) }),
	)
	if l.redis != nil {
		l.redis.AddHook(redisHook{t})
		errs = append(errs, m.Redis.Watch(l.failing, func() metrics.RedisPool { return shownPool(l.redis) }))
	}
	return errors.Join(errs...)
}

func (h *instance) shownKeys(ctx context.Context) []metrics.SigningKey {
	var shown []metrics.SigningKey
	for _, k := range h.keys.Known(ctx) {
		s := metrics.SigningKey{Algorithm: string(k.Algorithm), State: string(k.State), Since: k.SignsSince()}
		if every := h.config.KeyRotation; every > 0 && k.State == keys.Active {
			s.NextRotation = k.SignsSince().Add(every)
		}
		shown = append(shown, s)
	}
	return shown
}

func shownPool(client redis.UniversalClient) metrics.RedisPool {
	s := client.PoolStats()
	return metrics.RedisPool{
		Hits: uint64(s.Hits), Misses: uint64(s.Misses), Timeouts: uint64(s.Timeouts),
		Total: uint64(s.TotalConns), Idle: uint64(s.IdleConns),
	}
}

// attempted counts requests to the receivers of webhooks.
func (t *telemetry) attempted(outcome delivery.Outcome) {
	if t.counting {
		t.metrics.Webhooks.Attempted(outcome)
	}
}

// loggedOut counts requests that tell clients of the end of a session.
func (t *telemetry) loggedOut(outcome delivery.Outcome) {
	if t.counting {
		t.metrics.Logouts.Attempted(outcome)
	}
}

// framesLeftOut counts frames that would tell clients of the end of a session, and that a page has no room for.
func (t *telemetry) framesLeftOut(frames int) {
	if t.counting {
		t.metrics.Logouts.LeftOut(frames)
	}
}

// messageAttempted counts attempts to send messages to people.
func (t *telemetry) messageAttempted(channel notify.Channel, kind notify.Kind, outcome notify.Outcome) {
	if t.counting {
		t.metrics.Messages.Attempted(channel, kind, outcome)
	}
}

// messageRefused counts messages of which there were too many.
func (t *telemetry) messageRefused(channel notify.Channel, bound notify.Scope) {
	if t.counting {
		t.metrics.Messages.Refused(channel, bound)
	}
}

// aroundFetches traces what is fetched from others.
func (t *telemetry) aroundFetches(transport http.RoundTripper) http.RoundTripper {
	if t.traces == nil {
		return transport
	}
	return t.traces.transport(transport)
}
