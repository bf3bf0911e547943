package logo_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/logo"
)

func TestParallelRequestsShareOneFetch(t *testing.T) {
	t.Parallel()
	h := open(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := h.get("app")
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, h.fetches.Load())
}

func TestCopyIsFreshForAnHour(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, err := h.get("app")
	require.NoError(t, err)
	h.serve("image/gif", picture(t, "gif"))
	h.pass(time.Hour - time.Second)
	got, err := h.get("app")
	require.NoError(t, err)
	assert.Equal(t, first, got)
	assert.EqualValues(t, 1, h.fetches.Load())
	h.pass(time.Second)
	got, err = h.get("app")
	require.NoError(t, err)
	assert.Equal(t, "image/gif", got.MediaType)
	assert.NotEqual(t, first.Checksum, got.Checksum)
	assert.EqualValues(t, 2, h.fetches.Load())
}

func TestStaleCopyIsServedForALimitedTimeWhileTheFetchFails(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, err := h.get("app")
	require.NoError(t, err)
	h.answer(http.NotFound)
	h.pass(time.Hour)
	for range 3 {
		got, err := h.get("app")
		require.NoError(t, err)
		assert.Equal(t, first, got)
	}
	assert.EqualValues(t, 2, h.fetches.Load(), "the failure is cached here too")
	h.serve("text/html", []byte("<html>"))
	h.pass(23*time.Hour - time.Second)
	_, err = h.get("app")
	require.NoError(t, err, "an unusable image does not replace the copy")
	h.pass(time.Second)
	_, err = h.get("app")
	assert.ErrorIs(t, err, logo.ErrUnavailable)
	assert.EqualValues(t, 3, h.fetches.Load())
}

func TestFailureIsCachedForFiveMinutes(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.answer(http.NotFound)
	for range 3 {
		_, err := h.get("app")
		assert.ErrorIs(t, err, logo.ErrUnavailable)
		assert.ErrorContains(t, err, "responded with status 404")
	}
	assert.EqualValues(t, 1, h.fetches.Load())
	h.serve("image/png", picture(t, "png"))
	h.pass(5*time.Minute - time.Second)
	_, err := h.get("app")
	assert.ErrorIs(t, err, logo.ErrUnavailable)
	h.pass(time.Second)
	_, err = h.get("app")
	require.NoError(t, err)
	assert.EqualValues(t, 2, h.fetches.Load())
}

// Copies are bounded by their size: 64 of the largest, or many more of the usual size.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.serve("image/png", padded(picture(t, "png"), 256<<10))
	fetch := func(id string) {
		_, err := h.get(id)
		require.NoError(t, err)
	}
	fetchEach := func() {
		for i := range 64 {
			fetch(fmt.Sprint("c", i))
		}
	}
	fetchEach()
	fetchEach()
	assert.EqualValues(t, 64, h.fetches.Load(), "that many are kept")
	fetch("one-more")
	fetch("c1")
	assert.EqualValues(t, 65, h.fetches.Load(), "the most recently used one stays")
	fetch("c0")
	assert.EqualValues(t, 66, h.fetches.Load(), "the least recently used one was evicted")
	h.pass(time.Hour) // fetching again takes no more space
	h.serve("image/png", picture(t, "png"))
	fetchEach()
	fetchEach()
	fetch("one-more")
	assert.EqualValues(t, 66+65, h.fetches.Load())
}
