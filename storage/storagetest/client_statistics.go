package storagetest

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
	"github.com/gatehouse-id/gatehouse/storage"
)

func testClientStatistics(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "shop")
	f.client(t, "robot")
	counter := statistics.NewCounter(f.clock)
	first := statistics.HourOf(f.clock())
	for range 2 {
		for _, id := range []string{"shop", "robot", "made-up"} {
			counter.Hear(ctx, event.TokenIssued{ClientID: id, GrantType: "refresh_token"})
			counter.Answered(statistics.Answer{ClientID: id, Check: "scope", Took: time.Millisecond})
		}
		before := f.statements.Load()
		require.NoError(t, counter.Flush(ctx, f.Store))
		assert.EqualValues(t, 4, f.statements.Load()-before, "BEGIN, COMMIT, one for all and one for clients")
	}
	f.advance(time.Hour)
	counter.Answered(statistics.Answer{ClientID: "shop", Check: "redirect_uri"})
	require.NoError(t, counter.Flush(ctx, f.Store))
	uncounted := statistics.Figure{Hour: first + 1, Series: statistics.Uncounted, Label: string(statistics.Tokens), Count: 7}
	require.NoError(t, f.AddFigures(ctx, nil, []statistics.ClientFigure{{Figure: uncounted}}))

	read := func(id string, edges ...statistics.Hour) []statistics.Figure {
		figures, err := f.ClientFigures(ctx, id, edges)
		require.NoError(t, err)
		return figures
	}
	assert.Equal(t, []statistics.Figure{
		{Hour: first, Series: statistics.Refusals, Label: "scope", Count: 2},
		{Hour: first, Series: statistics.Tokens, Label: "refresh_token", Count: 2},
		{Hour: first + 1, Series: statistics.Refusals, Label: "redirect_uri", Count: 1},
		uncounted,
	}, read("shop", first, first+1, first+2))
	assert.Len(t, read("robot", first, first+1), 2)
	assert.Empty(t, read("made-up", first, first+1), "which is not registered")

	require.NoError(t, f.DeleteClient(ctx, "robot"))
	assert.Empty(t, read("robot", first, first+1))
	for _, create := range []func(c *client.Client) error{
		func(c *client.Client) error { return f.CreateClient(ctx, c) },
		func(c *client.Client) error { return f.CreateClients(ctx, []*client.Client{c}) },
	} {
		Exec(t, f.url, fmt.Sprintf("INSERT INTO client_statistics VALUES ('robot', %d, 'tokens', 'password', 3)", first))
		require.NoError(t, create(sampleClient("robot", f.clock())))
		assert.Empty(t, read("robot", first, first+1), "another client with that id")
		require.NoError(t, f.DeleteClient(ctx, "robot"))
	}

	f.advance(statistics.KeptOfClients)
	_, err := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil).Sweep(ctx)
	require.NoError(t, err)
	assert.Len(t, read("shop", first, first+3), 2, "those of the last hour that is kept")
}
