package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// A scenario: users sign in by their passwords, whose hashes keep a core busy, while resource servers
// introspect tokens. Both arrive at fixed times, whatever the server does.
const (
	signInsName       = "sign-ins"
	signInRate        = 20  // each second
	introspectionRate = 200 // each second
	// signInGoal is the most that the slowest hundredth of introspections may take.
	signInGoal = 50 // milliseconds
	// signInUsers are so many that each signs in once a second.
	signInUsers = 20
	// resourceServers are connections that introspect.
	resourceServers = 32
)

// signInPass is one run of the scenario.
type signInPass struct {
	introspections generator.Result
	signIns        []time.Duration // ascending
	elapsed        time.Duration
	cost           cost
}

// measureSignIns runs the scenario on a server of its own.
func (s *bencher) measureSignIns(ctx context.Context) (_ []finding, err error) {
	dir := filepath.Join(s.dir, signInsName)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, s.database, dir)
	if err != nil {
		return nil, err
	}
	h, err := openSystem(ctx, s.binary, dir, db, s.connections)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.close(ctx)) }()
	pool := newIntrospection(h)
	if err := pool.prepare(ctx, s.duration); err != nil {
		return nil, err
	}
	s.say("%s: %d users", signInsName, signInUsers)
	for i := range signInUsers {
		if err := h.cliWith(ctx, userPassword+"\n", "user", "create", nameOf(i), "--password-stdin"); err != nil {
			return nil, err
		}
	}
	var passes []signInPass
	for n := range s.runs {
		s.say("run %d of %d: %s", n+1, s.runs, signInsName)
		if s.warmUp > 0 {
			if _, err := h.signInPass(ctx, pool, s.warmUp); err != nil {
				return nil, err
			}
		}
		p, err := h.signInPass(ctx, pool, s.duration)
		if err != nil {
			return nil, err
		}
		passes = append(passes, p)
	}
	return summarizeSignIns(passes), nil
}

func nameOf(i int) string { return fmt.Sprintf("load-%d", i) }

// signInPass sends both for a time.
func (h *system) signInPass(ctx context.Context, pool *introspection, duration time.Duration) (p signInPass, err error) {
	before, err := spent(h)
	if err != nil {
		return p, err
	}
	g := generator.New(h.address, resourceServers)
	defer func() { err = errors.Join(err, g.Close()) }()
	begin := time.Now()
	introspected := make(chan generator.Result, 1)
	go func() {
		introspected <- g.Run(ctx, generator.Limit{Duration: duration, Rate: introspectionRate}, pool)
	}()
	p.signIns, err = h.signInAll(ctx, duration)
	p.introspections = <-introspected
	p.elapsed = time.Since(begin)
	if err := errors.Join(err, p.introspections.FirstError, ctx.Err()); err != nil {
		return p, err
	}
	after, err := spent(h)
	p.cost = cost{after.server - before.server, after.database - before.database, after.generator - before.generator}
	return p, err
}

// signInAll begins sign-ins at fixed times, each by another user, and returns how long they took.
func (h *system) signInAll(ctx context.Context, duration time.Duration) ([]time.Duration, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: signInUsers}
	defer transport.CloseIdleConnections()
	var (
		mu     sync.Mutex
		took   []time.Duration
		faults []error
		group  sync.WaitGroup
	)
	ticker := time.NewTicker(time.Second / signInRate)
	defer ticker.Stop()
	for i := range int(duration.Seconds() * signInRate) {
		select {
		case <-ctx.Done():
		case <-ticker.C:
			due := time.Now()
			group.Go(func() {
				err := h.signInByPage(ctx, transport, nameOf(i%signInUsers))
				mu.Lock()
				defer mu.Unlock()
				took, faults = append(took, time.Since(due)), append(faults, err)
			})
		}
	}
	group.Wait()
	slices.Sort(took)
	return took, errors.Join(faults...)
}

// signInByPage does what a browser does: it gets the page, and sends its form back with the cookie.
func (h *system) signInByPage(ctx context.Context, transport http.RoundTripper, username string) error {
	page, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.address+"/login", http.NoBody)
	if err != nil {
		return err
	}
	got, err := exchange(transport, page)
	if err != nil {
		return err
	}
	token := regexp.MustCompile(`name="page" value="([^"]+)"`).FindSubmatch(got.body)
	if got.status != http.StatusOK || token == nil {
		return fmt.Errorf("sign-in page: status %d", got.status)
	}
	form := url.Values{"page": {string(token[1])}, "username": {username}, "password": {userPassword}, "action": {"login"}}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.address+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	post.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {issuer}, "Sec-Fetch-Site": {"same-origin"}}
	for _, c := range got.cookies {
		post.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value}) //nolint:gosec // it is one that is sent back
	}
	if got, err = exchange(transport, post); err != nil {
		return err
	}
	if got.status != http.StatusSeeOther || !slices.ContainsFunc(got.cookies, isSession) {
		return fmt.Errorf("sign-in of %s: status %d", username, got.status)
	}
	return nil
}

// exchange sends a request to the listener of the server, with the name that the server has.
func exchange(transport http.RoundTripper, r *http.Request) (httpResponse, error) {
	r.Host = host
	response, err := transport.RoundTrip(r)
	if err != nil {
		return httpResponse{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return httpResponse{response.StatusCode, response.Cookies(), body}, err
}

// summarizeSignIns has the medians of the passes.
func summarizeSignIns(passes []signInPass) []finding {
	median := func(of func(p signInPass) float64) float64 {
		values := make([]float64, len(passes))
		for i, p := range passes {
			values[i] = of(p)
		}
		return generator.Median(values)
	}
	introspection := func(percent float64) float64 {
		return median(func(p signInPass) float64 { return milliseconds(p.introspections.Latencies, percent) })
	}
	signIn := func(percent float64) float64 {
		return median(func(p signInPass) float64 { return milliseconds(p.signIns, percent) })
	}
	cores := func(of func(cost) time.Duration) float64 {
		return median(func(p signInPass) float64 { return of(p.cost).Seconds() / p.elapsed.Seconds() })
	}
	rate := func(of func(p signInPass) int) float64 {
		return median(func(p signInPass) float64 { return float64(of(p)) / p.elapsed.Seconds() })
	}
	const name = signInsName + ": "
	return []finding{
		{Name: name + "introspection p50", Value: introspection(50), Unit: "ms"},
		{Name: name + "introspection p95", Value: introspection(95), Unit: "ms"},
		{Name: name + "introspection p99", Value: introspection(99), Unit: "ms", Goal: goalOf(signInGoal)},
		{Name: name + "introspections done", Value: rate(func(p signInPass) int { return len(p.introspections.Latencies) }), Unit: "/s"},
		{Name: name + "sign-in p50", Value: signIn(50), Unit: "ms"},
		{Name: name + "sign-in p99", Value: signIn(99), Unit: "ms"},
		{Name: name + "sign-ins done", Value: rate(func(p signInPass) int { return len(p.signIns) }), Unit: "/s"},
		{Name: name + "server", Value: cores(func(c cost) time.Duration { return c.server }), Unit: "cores"},
		{Name: name + "database", Value: cores(func(c cost) time.Duration { return c.database }), Unit: "cores"},
		{Name: name + "generator", Value: cores(func(c cost) time.Duration { return c.generator }), Unit: "cores"},
	}
}
