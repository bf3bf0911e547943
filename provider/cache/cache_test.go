package cache_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/cache"
)

func TestParallelCallersShareOneLoad(t *testing.T) {
	var loads atomic.Int32
	gate := make(chan struct{})
	c := cache.New(10, func(context.Context, string) (int, error) {
		loads.Add(1)
		<-gate
		return 7, nil
	}, nil)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			v, err := c.Get(t.Context(), "k")
			require.NoError(t, err)
			assert.Equal(t, 7, v)
		})
	}
	close(gate)
	wg.Wait()
	_, _ = c.Get(t.Context(), "k")
	assert.EqualValues(t, 1, loads.Load())
}

func TestErrorsAreNotCached(t *testing.T) {
	absent := errors.New("absent")
	present := false
	c := cache.New(10, func(context.Context, string) (string, error) {
		if present {
			return "here", nil
		}
		return "", absent
	}, nil)
	_, err := c.Get(t.Context(), "k")
	require.ErrorIs(t, err, absent)
	present = true
	v, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, "here", v)
}

// A value read before a change and cached after the flush would be stale for ever.
func TestFlushDuringLoadIsNotLost(t *testing.T) {
	version := 1
	var c *cache.Cache[int]
	first := true
	c = cache.New(10, func(context.Context, string) (int, error) {
		read := version
		if first {
			first = false
			version = 2
			c.Flush()
		}
		return read, nil
	}, nil)
	v, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, 1, v)
	v, err = c.Get(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, 2, v)
}

// Who asks after a change must not get what a load returns that began before it.
func TestForgetDuringLoadIsNotShared(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	var loads atomic.Int32
	c := cache.New(10, func(context.Context, string) (int32, error) {
		n := loads.Add(1)
		if n == 1 {
			close(begun)
			<-finish
		}
		return n, nil
	}, nil)
	first := make(chan int32)
	go func() {
		v, _ := c.Get(t.Context(), "k")
		first <- v
	}()
	<-begun
	c.Forget("k")
	v, err := c.Get(t.Context(), "k")
	close(finish)
	require.NoError(t, err)
	assert.EqualValues(t, 2, v)
	assert.EqualValues(t, 1, <-first)
}

func TestCacheIsBounded(t *testing.T) {
	var loads int
	c := cache.New(2, func(_ context.Context, key string) (string, error) { loads++; return key, nil }, nil)
	for i := range 3 {
		_, _ = c.Get(t.Context(), fmt.Sprint(i))
	}
	_, _ = c.Get(t.Context(), "0")
	assert.Equal(t, 4, loads)
}

type versionSource struct {
	version, clients int64
	changed          []string
	err              error
}

func (v *versionSource) Versions(context.Context) (int64, int64, error) {
	return v.version, v.clients, v.err
}

func (v *versionSource) ChangedClients(_ context.Context, after, upTo int64) ([]string, error) {
	return v.changed[min(after, int64(len(v.changed))):min(upTo, int64(len(v.changed)))], nil
}

func TestWatcherFlushesOncePerChangeAndRetries(t *testing.T) {
	source := &versionSource{version: 1}
	var flushes int
	var fail error
	w := cache.NewWatcher(source, slog.New(slog.NewTextHandler(io.Discard, nil)), func(context.Context) error { flushes++; return fail })
	require.NoError(t, w.Check(t.Context()))
	require.NoError(t, w.Check(t.Context()))
	assert.Equal(t, 1, flushes)

	source.version, fail = 2, errors.New("database away")
	require.ErrorIs(t, w.Check(t.Context()), fail)
	fail = nil
	require.NoError(t, w.Check(t.Context()))
	assert.Equal(t, 3, flushes, "a failed flush is repeated")

	source.err = errors.New("down")
	require.ErrorIs(t, w.Check(t.Context()), source.err)
	assert.Equal(t, 3, flushes)
}

// What a client does to itself leaves all others in memory.
func TestWatcherTellsWhichClientsChanged(t *testing.T) {
	source := &versionSource{version: 1}
	var flushes int
	var told []string
	var fail error
	w := cache.NewWatcher(source, slog.New(slog.NewTextHandler(io.Discard, nil)), func(context.Context) error { flushes++; return nil })
	w.OnClients(func(_ context.Context, clients []string) error { told = append(told, clients...); return fail })
	require.NoError(t, w.Check(t.Context()))
	source.changed, source.clients = []string{"a", "b"}, 2
	require.NoError(t, w.Check(t.Context()))
	require.NoError(t, w.Check(t.Context()))
	assert.Equal(t, []string{"a", "b"}, told)
	source.changed, source.clients, fail = append(source.changed, "c"), 3, errors.New("database away")
	require.ErrorIs(t, w.Check(t.Context()), fail)
	fail = nil
	require.NoError(t, w.Check(t.Context()))
	assert.Equal(t, []string{"a", "b", "c", "c"}, told, "it is repeated")
	assert.Equal(t, 1, flushes)

	source.clients = 5 // of which one is not known any more
	source.changed = append(source.changed, "e")
	require.NoError(t, w.Check(t.Context()))
	assert.Equal(t, 2, flushes)
	assert.Len(t, told, 4)
	source.version, source.clients = 2, 6
	require.NoError(t, w.Check(t.Context()))
	assert.Equal(t, 3, flushes, "all of them know the client, too")
}

func TestHitsAndMissesAreReported(t *testing.T) {
	var reported []bool
	c := cache.New(2, func(_ context.Context, key string) (string, error) { return key, nil }, func(hit bool) { reported = append(reported, hit) })
	for _, key := range []string{"a", "a", "b", "a"} {
		_, err := c.Get(t.Context(), key)
		require.NoError(t, err)
	}
	assert.Equal(t, []bool{false, true, false, true}, reported)
}
