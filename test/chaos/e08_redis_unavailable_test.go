package chaos_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// E8: Redis is killed, restarted without data, frozen and resumed. Users who know their
// passwords can sign in throughout, an attacker who guesses gets fewer attempts and not more,
// and introspection stays as fast as before.
func TestE8RedisUnavailable(t *testing.T) {
	t.Parallel()
	redis := services.NewRedis(t)
	f := newFleet(t, services.Postgres(t).EmptyDatabase(t), 2)
	for i := range goodUsers {
		f.nodes[0].command(password+"\n", "user", "create", fmt.Sprint("good", i), "--password-stdin")
	}
	for _, n := range f.nodes {
		n.stop()
		n.set("GATEHOUSE_REDIS_URL", "redis://"+redis.Address())
		n.set("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.1")
		n.set("GATEHOUSE_LOG_LEVEL", "info")
		n.start()
	}
	l := newOutageLoad(f)
	defer l.stop()
	outage := time.Duration(scale(3, 30)) * time.Second
	// Use up the ten attempts counted in Redis first, so that further ones count as extra.
	usedUp := func(since int64) {
		t.Helper()
		require.Eventually(t, func() bool { return l.reached.Load() >= since+10 }, 30*time.Second, 5*time.Millisecond)
	}
	usedUp(0)
	l.times()
	time.Sleep(outage)
	before := p99(l.times())

	reached := l.reached.Load()
	require.NoError(t, redis.Kill())
	time.Sleep(outage)
	f.redisFailing(t, true)
	killed, whileKilled := l.reached.Load()-reached, p99(l.times())

	reached = l.reached.Load()
	require.NoError(t, redis.Restart())
	back := time.Now()
	f.redisFailing(t, false)
	for _, n := range f.nodes {
		// The log is limited to one message a minute, so an outage soon after another may not be
		// logged; the last message must still match the state.
		require.Eventually(t, func() bool {
			log := n.log.String()
			return strings.LastIndex(log, "rate limits are counted in Redis again") > strings.LastIndex(log, "Redis is not responding")
		}, 5*time.Second, 5*time.Millisecond)
	}
	returned := time.Since(back)
	usedUp(reached)

	l.times()
	reached = l.reached.Load()
	require.NoError(t, redis.Freeze())
	time.Sleep(outage)
	f.redisFailing(t, true)
	frozen, whileFrozen := l.reached.Load()-reached, p99(l.times())
	require.NoError(t, redis.Thaw())
	f.redisFailing(t, false)
	good := l.good.Load()
	require.Eventually(t, func() bool { return l.good.Load() > good+10 }, 30*time.Second, 5*time.Millisecond)
	l.stop()

	result(t, "good sign-ins %d, refused %d; wrong passwords that were checked while Redis was killed %d, frozen %d; p99 of introspection %s, killed %s, frozen %s; counted in Redis again after %s; 5xx %d",
		l.good.Load(), l.refused.Load(), killed, frozen, before, whileKilled, whileFrozen, returned.Round(time.Millisecond), l.faults.Load())
	assert.Zero(t, l.refused.Load())
	assert.Zero(t, l.faults.Load())
	const quarter = 10 / 4
	assert.LessOrEqual(t, killed, int64(quarter*len(f.nodes)))
	assert.LessOrEqual(t, frozen, int64(quarter*len(f.nodes)))
	// The short form shares the processors with all other tests: there it only shows that
	// requests do not wait for Redis indefinitely.
	added := time.Duration(scale(3000, 60)) * time.Millisecond
	assert.Less(t, whileKilled, before+added)
	assert.Less(t, whileFrozen, before+added)
}

const goodUsers = 2

// outageLoad is the load on both servers: users, an attacker and a resource server.
type outageLoad struct {
	good, refused, reached, faults atomic.Int64

	stop func()

	mu   sync.Mutex
	took []time.Duration // by introspections
}

func newOutageLoad(f *fleet) *outageLoad {
	l := &outageLoad{}
	done := make(chan struct{})
	var group sync.WaitGroup
	l.stop = sync.OnceFunc(func() {
		close(done)
		group.Wait()
	})
	repeat := func(pause time.Duration, act func(n *node, i int)) {
		group.Go(func() {
			every := time.NewTicker(pause)
			defer every.Stop()
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				case <-every.C:
					act(f.at(i), i)
				}
			}
		})
	}
	// note counts failed responses and reports whether the status is the wanted one.
	note := func(a response, wanted int) bool {
		if a.status == 0 || a.status >= http.StatusInternalServerError {
			l.faults.Add(1)
		}
		return a.status == wanted
	}
	for i := range goodUsers {
		form := url.Values{"grant_type": {"password"}, "username": {fmt.Sprint("good", i)}, "password": {password}}
		repeat(300*time.Millisecond, func(n *node, _ int) {
			if note(n.token(f.secret, form), http.StatusOK) {
				l.good.Add(1)
			} else {
				l.refused.Add(1)
			}
		})
	}
	repeat(20*time.Millisecond, func(n *node, i int) {
		if note(n.guess(i), http.StatusUnprocessableEntity) {
			l.reached.Add(1)
		}
	})
	token := f.nodes[0].token(f.secret, url.Values{"grant_type": {"client_credentials"}}).text("access_token")
	for range 2 {
		repeat(20*time.Millisecond, func(n *node, _ int) {
			begun := time.Now()
			if active := n.post("/oauth/introspect", f.secret, url.Values{"token": {token}}); !note(active, http.StatusOK) {
				l.faults.Add(1)
			}
			l.mu.Lock()
			l.took = append(l.took, time.Since(begun))
			l.mu.Unlock()
		})
	}
	return l
}

// times returns the durations of the introspections since the last call.
func (l *outageLoad) times() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	took := l.took
	l.took = nil
	return took
}

// redisFailing waits until every server reports in its metrics that Redis fails, or works.
func (f *fleet) redisFailing(t *testing.T, want bool) {
	t.Helper()
	line := map[bool]string{true: "\ngatehouse_redis_failing 1\n", false: "\ngatehouse_redis_failing 0\n"}[want]
	for _, n := range f.nodes {
		require.Eventually(t, func() bool {
			page, err := http.Get(n.ops + "/metrics")
			if err != nil {
				return false
			}
			defer func() { _ = page.Body.Close() }()
			body, err := io.ReadAll(page.Body)
			return err == nil && strings.Contains(string(body), line)
		}, 5*time.Second, 5*time.Millisecond)
	}
}

// guess tries a wrong password for alice, each time from another IP address.
func (n *node) guess(i int) response {
	form := url.Values{"username": {"alice"}, "password": {fmt.Sprint("guess ", i)}}
	r, err := http.NewRequest(http.MethodPost, n.url+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return response{}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.18.%d.%d", i/250%250, i%250))
	return n.do(r)
}

func p99(took []time.Duration) time.Duration {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)*99/100].Round(100 * time.Microsecond)
}
