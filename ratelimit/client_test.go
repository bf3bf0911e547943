package ratelimit_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

func TestClientFollowsTheURL(t *testing.T) {
	t.Parallel()
	one, ok := connect(t, "rediss://ann:secret@redis.example:7000/3").(*redis.Client)
	require.True(t, ok)
	o := one.Options()
	assert.Equal(t, "redis.example:7000", o.Addr)
	assert.Equal(t, 3, o.DB)
	assert.NotNil(t, o.TLSConfig)
	assert.Equal(t, "secret", o.Password)
	assert.True(t, o.ContextTimeoutEnabled)
	assert.Zero(t, o.MaxRetries, "the library turns -1 into 0")
	assert.Equal(t, 1, o.DialerRetries)
	assert.Equal(t, time.Second, o.DialTimeout)
	assert.Equal(t, 100*time.Millisecond, o.ReadTimeout)

	socket, ok := connect(t, "unix:///run/redis.sock?db=2&read_timeout=2s").(*redis.Client)
	require.True(t, ok)
	assert.Equal(t, "/run/redis.sock", socket.Options().Addr)
	assert.Equal(t, 2*time.Second, socket.Options().ReadTimeout)

	cluster, ok := connect(t, "redis://a.example:7000?addr=b.example:7001").(*redis.ClusterClient)
	require.True(t, ok)
	assert.Equal(t, []string{"a.example:7000", "b.example:7001"}, cluster.Options().Addrs)
	assert.True(t, cluster.Options().ContextTimeoutEnabled)

	sentinel, ok := connect(t, "redis://a.example:26379/1?addr=b.example:26379&master_name=limits").(*redis.Client)
	require.True(t, ok)
	assert.Equal(t, 1, sentinel.Options().DB)
	assert.True(t, sentinel.Options().ContextTimeoutEnabled)
}

// Errors are logged.
func TestErrorsContainNoPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"redis://ann:hunter2@host:port/0", "redis://ann:hunter2@host/one", "redis://ann:hunter2@host?colour=red",
		"redis://ann:hunter2#x@host", "redis://:12#hunter2@host", "redis://hunter2#x@host", "redis://ann:7/hunter2@host", "redis://ann:7?hunter2=1@host", "redis://ann:hunter2/x@host",
		"http://ann:hunter2@host", "redis://host?master_name=m&password=7&hunter2", "redis://host?password=hunter2", "redis://:hunter2", "ann:hunter2@host",
		"unix://ann:hunter2@", "redis://ann:hunter2@host?addr=x", "redis://ann:a@7/hunter2@host", "hunter2", "",
		"redis://ann:hunter2@host?master_name=m&db=x",
	} {
		_, err := ratelimit.NewClient(url)
		require.ErrorIs(t, err, ratelimit.ErrURL, url)
		assert.NotContains(t, err.Error(), "hunter2")
	}
	_, err := ratelimit.NewClient("redis://host?colour=red")
	assert.ErrorContains(t, err, "colour", "the cause is named where that is safe")

	server := services.NewRedis(t)
	r := counting(t, connect(t, "redis://ann:hunter2@"+server.Address()), nil)
	err = r.Ping(t.Context())
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
	require.NoError(t, server.Kill())
	_, err = r.Take(t.Context(), asks(policy("p", 1))...)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
}

// Sentinel knows the master; when the master fails, limits continue with its replica.
func TestSentinelFailsOver(t *testing.T) {
	t.Parallel()
	master := services.NewRedis(t)
	host, port := split(t, master.Address())
	replica := connect(t, "redis://"+startRedis(t, services.FreePort(t), "--save", "", "--repl-diskless-sync-delay", "0", "--replicaof", host, port))
	sentinel := startSentinel(t, master.Address())
	r := counting(t, connect(t, "redis://"+sentinel+"?master_name=limits"), nil)
	one := asks(policy("p", 3))
	d, err := r.Take(t.Context(), one...)
	require.NoError(t, err)
	assert.Equal(t, 2, d.Verdicts[0].Remaining)
	require.Eventually(t, func() bool { return replica.DBSize(t.Context()).Val() == 1 }, longDeadline, 10*time.Millisecond)
	watch := connect(t, "redis://"+sentinel)
	require.Eventually(t, func() bool { // Sentinel learns it from the master, every 10 s
		return watch.Do(t.Context(), "SENTINEL", "CKQUORUM", "limits").Err() == nil && replicasOf(t, watch) == 1
	}, longDeadline, 50*time.Millisecond)

	require.NoError(t, master.Kill())
	require.Eventually(t, func() bool {
		d, err = r.Take(t.Context(), one...)
		return err == nil
	}, longDeadline, 50*time.Millisecond)
	assert.Equal(t, 1, d.Verdicts[0].Remaining, "the replica has what was taken")
}
