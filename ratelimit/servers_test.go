package ratelimit_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// manualClock is a clock that stands still until the test moves it.
type manualClock struct {
	mu sync.Mutex
	at time.Time
}

// newManualClock starts at the real time: Redis expires keys by that.
func newManualClock() *manualClock { return &manualClock{at: time.Now()} }

func (h *manualClock) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *manualClock) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// longDeadline is a deadline for tests that do not test deadlines.
const longDeadline = 30 * time.Second

func secret() []byte {
	s := make([]byte, 32)
	_, _ = rand.Read(s) // never fails
	return s
}

func connect(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	client, err := ratelimit.NewClient(url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func counting(t testing.TB, client redis.UniversalClient, clock provider.Clock) *ratelimit.Redis {
	t.Helper()
	r, err := ratelimit.NewRedis(ratelimit.RedisOptions{Client: client, Secret: secret(), Clock: clock, Deadline: longDeadline})
	require.NoError(t, err)
	return r
}

// redisURL is the URL of a server, with timeouts that suit tests.
func redisURL(server *services.RedisServer) string {
	return "redis://" + server.Address() + "?read_timeout=30s&write_timeout=30s&dial_timeout=30s"
}

// startRedis runs a server beside those of package services: as a node of a Cluster, as a
// Sentinel, or as the restart of one that was killed. It ends with the test, however that ends.
func startRedis(t testing.TB, port int, args ...string) string {
	t.Helper()
	const supervisor = `"$@" & pid=$!; cat >/dev/null; kill -9 $pid`
	dir := t.TempDir()
	command := append([]string{"-c", supervisor, "supervisor", "redis-server"}, args...)
	cmd := exec.Command("/bin/sh", append(command, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--logfile", filepath.Join(dir, "server.log"))...)
	lifeline, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = lifeline.Close()
		_ = cmd.Wait()
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	client := connect(t, "redis://"+address)
	require.Eventually(t, func() bool { return client.Ping(t.Context()).Err() == nil }, longDeadline, 10*time.Millisecond)
	return address
}

func startCluster(t testing.TB) redis.UniversalClient {
	t.Helper()
	address := startRedis(t, services.FreePort(t), "--save", "", "--cluster-enabled", "yes")
	node := connect(t, "redis://"+address)
	require.NoError(t, node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	require.Eventually(t, func() bool {
		return strings.Contains(node.ClusterInfo(t.Context()).Val(), "cluster_state:ok")
	}, longDeadline, 10*time.Millisecond)
	return connect(t, "redis://"+address+"?addr="+address+"&read_timeout=30s")
}

func startSentinel(t testing.TB, master string) string {
	t.Helper()
	host, port, err := net.SplitHostPort(master)
	require.NoError(t, err)
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	require.NoError(t, os.WriteFile(config, []byte("sentinel monitor limits "+host+" "+port+" 1\nsentinel down-after-milliseconds limits 300\n"), 0o600))
	return startRedis(t, services.FreePort(t), config, "--sentinel")
}

// lines is a log handler that counts.
type lines struct {
	slog.Handler

	mu    sync.Mutex
	warns int
	infos int
}

func newLines() (*lines, *slog.Logger) {
	l := &lines{Handler: slog.NewTextHandler(io.Discard, nil)}
	return l, slog.New(l)
}

func (l *lines) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Level == slog.LevelWarn {
		l.warns++
	} else {
		l.infos++
	}
	return nil
}

func (l *lines) counted() (warns, infos int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.warns, l.infos
}

// policy makes a policy that refills slowly: a test with a fixed clock must be over before Redis
// expires the key by its own clock.
func policy(name string, burst int) *ratelimit.Policy {
	return &ratelimit.Policy{Name: name, Limit: ratelimit.Limit{Rate: 10, Per: time.Hour, Burst: burst}, Key: ratelimit.ByAccount, Outage: ratelimit.Strict}
}

// each is the time in which the budget of one request of policy refills.
const each = 6 * time.Minute

// slack is the delay that a busy machine may add to a deadline.
const slack = 150 * time.Millisecond

func split(t testing.TB, address string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return host, port
}

// replicasOf is the number of replicas that a Sentinel knows.
func replicasOf(t testing.TB, sentinel redis.UniversalClient) int {
	t.Helper()
	list, err := sentinel.Do(t.Context(), "SENTINEL", "REPLICAS", "limits").Slice()
	require.NoError(t, err)
	return len(list)
}
