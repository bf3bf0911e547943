package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// introspector asks the provider about tokens (RFC 7662). Requests with the same token share one
// question, and questions at once are few: whoever sends random tokens must not be able to make
// this API a load on its provider.
type introspector struct {
	verifier *Verifier
	settings *Introspection
	breaker  *breaker
	refused  *cache[refusal] // apart, so that random tokens drive out no good ones
	slots    chan struct{}

	credentials credentials

	mu      sync.Mutex
	running map[[32]byte]*question
}

// refusal is why the provider's answer refused a token, and until when that counts.
type refusal struct {
	reason Reason
	until  time.Time
}

// question is one that was asked, and its answer once done is closed.
type question struct {
	done    chan struct{}
	entry   *entry
	refused *Error
}

func newIntrospector(v *Verifier) *introspector {
	i := v.options.Introspection
	return &introspector{
		verifier: v, settings: i, breaker: newBreaker(i.BreakerFailures, i.BreakerPause), refused: newCache[refusal](v.options.CacheSize),
		slots: make(chan struct{}, i.Concurrency), running: map[[32]byte]*question{},
		credentials: credentials{issuer: v.issuer, id: i.ClientID, secret: i.ClientSecret, inBody: i.SecretInBody, key: i.SigningKey},
	}
}

// ask returns what the provider says about a token. local is what was verified of a JWT already.
// The question goes on when the caller leaves, for the others that wait.
func (i *introspector) ask(ctx context.Context, token string, hash [32]byte, local *entry) (*entry, *Error) {
	q, known, refused := i.join(ctx, token, hash, local)
	if q == nil {
		return known, refused
	}
	select {
	case <-ctx.Done():
		return nil, i.verifier.unavailable(ctx.Err())
	case <-q.done:
	}
	if q.refused != nil {
		copied := *q.refused // each request may complete its own
		return nil, &copied
	}
	return q.entry, nil
}

// join finds the question about the token that is being asked, or asks it. One that was answered
// since the caller looked is in the cache by now: it is put there before its question is removed.
func (i *introspector) join(ctx context.Context, token string, hash [32]byte, local *entry) (*question, *entry, *Error) {
	now := i.verifier.options.Clock()
	i.mu.Lock()
	defer i.mu.Unlock()
	if q, ok := i.running[hash]; ok {
		i.verifier.stats.coalesced.Add(1)
		return q, nil, nil
	}
	if r, ok := i.refused.get(hash); ok && now.Before(r.until) {
		return nil, nil, refuse(r.reason)
	}
	if e, ok := i.verifier.verified.get(hash); ok && now.Before(e.until) && e.asked && (e.set == nil || local != nil) {
		return nil, e, nil
	}
	q := &question{done: make(chan struct{})}
	i.running[hash] = q
	go i.answer(context.WithoutCancel(ctx), token, hash, local, q)
	return q, nil, nil
}

func (i *introspector) answer(ctx context.Context, token string, hash [32]byte, local *entry, q *question) {
	ctx, cancel := context.WithTimeout(ctx, i.verifier.options.Timeout)
	defer cancel()
	q.entry, q.refused = i.introspect(ctx, token, local)
	now := i.verifier.options.Clock()
	switch {
	case q.entry != nil && now.Before(q.entry.until):
		i.verifier.verified.put(hash, q.entry)
	case q.refused != nil && q.refused.Reason != ProviderUnavailable && i.settings.CacheInactiveFor > 0:
		i.refused.put(hash, refusal{q.refused.Reason, now.Add(i.settings.CacheInactiveFor)})
	}
	i.mu.Lock()
	delete(i.running, hash)
	i.mu.Unlock()
	close(q.done)
}

// introspect waits for a slot, asks, and checks the answer.
func (i *introspector) introspect(ctx context.Context, token string, local *entry) (*entry, *Error) {
	v := i.verifier
	if wait, open := i.breaker.open(v.options.Clock()); open { // before it waits for a slot
		return nil, v.busy(wait)
	}
	select {
	case i.slots <- struct{}{}:
		defer func() { <-i.slots }()
	case <-ctx.Done():
		return nil, v.unavailable(fmt.Errorf("%d introspections run: %w", i.settings.Concurrency, ctx.Err()))
	}
	if wait, open := i.breaker.enter(v.options.Clock()); open {
		return nil, v.busy(wait)
	}
	v.stats.introspections.Add(1)
	asked := v.options.Clock() // the answer may be as old as the question
	raw, err := i.request(ctx, token)
	active := false
	if err == nil {
		active, err = parseActive(raw)
	}
	i.report(ctx, err)
	if err != nil {
		v.stats.introspectionFailures.Add(1)
		return nil, v.unavailable(err)
	}
	if !active {
		return nil, refuse(Inactive)
	}
	c, err := parseClaims(raw)
	if err != nil {
		return nil, refuse(BadClaims).because(err)
	}
	if refused := v.checkAnswer(c, i.settings, asked); refused != nil {
		return nil, refused
	}
	return i.entry(c, raw, local, asked), nil
}

// report tells the breaker, and the log, but not for each request.
func (i *introspector) report(ctx context.Context, err error) {
	now := i.verifier.options.Clock()
	recovered := i.breaker.report(now, !noAnswer(err), retryAfter(err))
	logger, issuer := i.verifier.options.Logger, slog.String("issuer", i.verifier.issuer)
	if err != nil && i.breaker.mayLog(now) {
		logger.LogAttrs(ctx, slog.LevelError, "introspection failed", issuer, slog.Any("error", err), slog.String("breaker", i.breaker.state(now)))
	}
	if recovered {
		logger.LogAttrs(ctx, slog.LevelInfo, "introspection works again", issuer)
	}
}

// noAnswer tells whether the next question would fail too, so that the breaker should count. A
// response that a token can bring about must not: whoever sent a few such tokens would stop the
// introspection of everybody's.
func noAnswer(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		switch status.status {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
			return true
		}
		return status.status >= http.StatusInternalServerError
	}
	return err != nil && !errors.Is(err, errNotUsable)
}

// entry is kept as long as the options say, and not beyond the token's expiry.
func (i *introspector) entry(c *claimSet, raw []byte, local *entry, asked time.Time) *entry {
	until := asked.Add(i.settings.CacheFor)
	if !c.ExpiresAt.IsZero() && c.ExpiresAt.Before(until) {
		until = c.ExpiresAt.Time
	}
	p := c.principal(raw)
	if local != nil {
		e := *local
		e.asked = true
		if p.Confirmation.Bound() && !e.principal.Confirmation.Bound() { // the JWT does not say it
			bound := *e.principal
			bound.Confirmation = p.Confirmation
			e.principal = &bound
		}
		if until.Before(e.until) {
			e.until = until
		}
		return &e
	}
	if p.Issuer == "" {
		p.Issuer = i.verifier.issuer
	}
	return &entry{principal: &p, verifier: i.verifier, until: until, asked: true}
}

// request asks. The token is in the body alone, never in a URL, which is logged.
func (i *introspector) request(ctx context.Context, token string) ([]byte, error) {
	address, err := i.verifier.provider.introspectionAddress(ctx)
	if err != nil {
		return nil, err
	}
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	r, err := i.credentials.post(ctx, address, form, i.verifier.options.Clock())
	if err != nil {
		return nil, fmt.Errorf("introspect: %w", err)
	}
	body, _, err := send(i.settings.HTTPClient, r, introspectionLimit)
	if err != nil {
		return nil, fmt.Errorf("introspect at %s: %w", address, err)
	}
	return body, nil
}

func (v *Verifier) busy(wait time.Duration) *Error {
	e := v.unavailable(errBreakerOpen)
	e.RetryAfter = wait
	return e
}

var errNotUsable = errors.New("the response is not usable")

// parseActive: active must be there. A document of something else, such as the page of a proxy,
// does not say that the token is inactive.
func parseActive(raw []byte) (bool, error) {
	var answer struct {
		Active *bool `json:"active"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return false, fmt.Errorf("%w: %w", errNotUsable, jsonFault(err))
	}
	if answer.Active == nil {
		return false, fmt.Errorf("%w: it has no active", errNotUsable)
	}
	return *answer.Active, nil
}
