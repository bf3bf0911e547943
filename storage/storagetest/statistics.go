package storagetest

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
	"github.com/gatehouse-id/gatehouse/storage"
)

func testStatistics(t *testing.T, f *fixture) {
	ctx := t.Context()
	counter := statistics.NewCounter(f.clock)
	first := statistics.HourOf(f.clock())
	for range 3 {
		counter.Hear(ctx, event.TokenIssued{GrantType: "password"})
	}
	require.NoError(t, counter.Flush(ctx, f.Store))
	counter.Hear(ctx, event.TokenIssued{GrantType: "password"})
	f.advance(time.Hour)
	counter.Hear(ctx, event.TokenIssued{GrantType: "password"})
	counter.Hear(ctx, event.SignedIn{Methods: []string{"pwd"}})
	f.advance(time.Hour)
	counter.Hear(ctx, event.TokenIssued{GrantType: "refresh_token"})
	counter.Answered(statistics.Answer{Check: "client_unknown", Took: 3 * time.Millisecond})
	before := f.statements.Load()
	require.NoError(t, counter.Flush(ctx, f.Store))
	assert.EqualValues(t, 3, f.statements.Load()-before, "BEGIN, COMMIT, and one for everything that was counted")
	require.NoError(t, counter.Flush(ctx, f.Store), "nothing is left")

	read := func(edges ...statistics.Hour) []statistics.Figure {
		figures, err := f.Figures(ctx, edges)
		require.NoError(t, err)
		return figures
	}
	assert.Equal(t, []statistics.Figure{
		{Hour: first, Series: statistics.Tokens, Label: "password", Count: 4},
		{Hour: first + 1, Series: statistics.SignIns, Label: statistics.ByPassword, Count: 1},
		{Hour: first + 1, Series: statistics.Tokens, Label: "password", Count: 1},
		{Hour: first + 2, Series: statistics.Refusals, Label: "client_unknown", Count: 1},
		{Hour: first + 2, Series: statistics.Requests, Label: "5", Count: 1},
		{Hour: first + 2, Series: statistics.Tokens, Label: "refresh_token", Count: 1},
	}, read(first, first+1, first+2, first+3))
	assert.Equal(t, []statistics.Figure{
		{Hour: first - 1, Series: statistics.Tokens, Label: "password", Count: 4},
		{Hour: first + 1, Series: statistics.SignIns, Label: statistics.ByPassword, Count: 1},
		{Hour: first + 1, Series: statistics.Tokens, Label: "password", Count: 1},
	}, read(first-1, first+1, first+2), "two hours together, and one, without the last")
	assert.Empty(t, read(first), "no slot")

	f.advance(statistics.Kept)
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 3, removed.Figures)
	assert.Len(t, read(first, first+3), 3, "those of the last hour that is kept")
}

// Replicas add to the same figures at the same time: none is lost.
func testStatisticsRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "shop")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			counter := statistics.NewCounter(f.clock)
			for range 5 {
				for _, grantType := range []string{"authorization_code", "refresh_token", "client_credentials"} {
					counter.Hear(ctx, event.TokenIssued{ClientID: "shop", GrantType: grantType})
				}
				assert.NoError(t, counter.Flush(ctx, f.Store))
			}
		})
	}
	wg.Wait()
	hour := statistics.HourOf(f.clock())
	figures, err := f.Figures(ctx, []statistics.Hour{hour, hour + 1})
	require.NoError(t, err)
	require.Len(t, figures, 3)
	ofClient, err := f.ClientFigures(ctx, "shop", []statistics.Hour{hour, hour + 1})
	require.NoError(t, err)
	assert.Equal(t, figures, ofClient)
	for _, figure := range figures {
		assert.EqualValues(t, 40, figure.Count, figure.Label)
	}
}
