package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesThatComeTogetherAreWrittenTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out pieces
		log := newLogBuffer(&out)
		for _, line := range []string{"one\n", "two\n"} {
			n, err := log.Write([]byte(line))
			require.NoError(t, err)
			assert.Equal(t, 4, n)
		}
		synctest.Wait()
		assert.Empty(t, out.all())
		time.Sleep(logDelay)
		synctest.Wait()
		assert.Equal(t, []string{"one\ntwo\n"}, out.all())

		_, _ = log.Write([]byte("three\n"))
		log.Flush()
		assert.Equal(t, []string{"one\ntwo\n", "three\n"}, out.all(), "at the end nothing waits")
	})
}

func TestNoLineIsLostOrCut(t *testing.T) {
	t.Parallel()
	var out pieces
	log := newLogBuffer(&out)
	const writers, lines = 8, 2000
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range lines {
				_, _ = fmt.Fprintf(log, "%d %d %s.\n", w, i, strings.Repeat("x", i%200))
			}
		})
	}
	all.Wait()
	log.Flush()
	next := make([]int, writers)
	for line := range strings.Lines(strings.Join(out.all(), "")) {
		var w, i int
		var rest string
		_, err := fmt.Sscanf(line, "%d %d %s\n", &w, &i, &rest)
		require.NoError(t, err, line)
		require.Equal(t, next[w], i, "in order")
		require.Len(t, rest, i%200+1, "whole")
		next[w]++
	}
	for _, n := range next {
		assert.Equal(t, lines, n)
	}
}

// A log that is not read blocks the server, and does not fill its memory.
func TestALogThatIsNotReadBlocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &stuck{let: make(chan struct{})}
		log := newLogBuffer(out)
		line := bytes.Repeat([]byte("x"), 1<<10)
		written := 0
		go func() {
			for range 3 << 10 {
				_, _ = log.Write(line)
				written++
			}
		}()
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Less(t, written, 3<<10)
		assert.LessOrEqual(t, len(log.waiting), logRoom)
		close(out.let)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 3<<10, written)
		assert.Equal(t, 3<<20, out.Len(), "all of it arrived")
	})
}

// pieces keeps what was written at once.
type pieces struct {
	mu   sync.Mutex
	list []string
}

func (p *pieces) Write(piece []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, string(piece))
	return len(piece), nil
}

func (p *pieces) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.list
}

// stuck is a pipe that is not read until it is released.
type stuck struct {
	bytes.Buffer

	let chan struct{}
}

func (s *stuck) Write(piece []byte) (int, error) {
	<-s.let
	return s.Buffer.Write(piece)
}
