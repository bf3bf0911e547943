package statistics_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// kept is what was stored, and the error of the next time.
type kept struct {
	figures, ofClients map[string]int64
	fault              error
}

func (k *kept) AddFigures(_ context.Context, figures []statistics.Figure, ofClients []statistics.ClientFigure) error {
	if k.fault != nil {
		return k.fault
	}
	for _, f := range figures {
		k.figures[string(f.Series)+" "+f.Label] += f.Count
	}
	for _, f := range ofClients {
		k.ofClients[strings.TrimSpace(f.ClientID+" "+string(f.Series)+" "+f.Label)] += f.Count
	}
	return nil
}

func newCounter() (*statistics.Counter, *kept, *time.Time) {
	k, now := &kept{figures: map[string]int64{}, ofClients: map[string]int64{}}, time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	return statistics.NewCounter(func() time.Time { return now }), k, &now
}

func TestSignInsAreCountedByWhatWasGiven(t *testing.T) {
	t.Parallel()
	c, k, _ := newCounter()
	for _, methods := range [][]string{{"pwd"}, {"pwd", "otp", "mfa"}, {"pwd", "remembered"}, {"pop", "user", "mfa"}, {"hwk", "user"}, {"pwd", "swk", "mfa"}, nil} {
		c.Hear(t.Context(), event.SignedIn{Methods: methods})
	}
	c.Hear(t.Context(), event.SignInRefused{Reason: "wrong_password"})
	c.Hear(t.Context(), event.FactorRefused{Kind: "totp", Reason: "wrong_code"})
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Equal(t, map[string]int64{
		"sign_ins password": 2, "sign_ins second_factor": 1, "sign_ins passkey": 3, "sign_ins other": 1,
		"refused_sign_ins wrong_password": 1, "refused_sign_ins second_factor": 1,
	}, k.figures)
}

func TestRequestsAreCountedByTheTimeTheyTook(t *testing.T) {
	t.Parallel()
	c, k, _ := newCounter()
	for _, took := range []time.Duration{0, time.Millisecond, time.Millisecond + 1, 80 * time.Millisecond, time.Minute} {
		c.Answered(statistics.Answer{Took: took})
	}
	c.Answered(statistics.Answer{Check: "code_used", Took: 2 * time.Millisecond})
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Equal(t, map[string]int64{"requests 1": 2, "requests 2": 2, "requests 100": 1, "requests more": 1, "refusals code_used": 1}, k.figures)
}

// While the database is down nothing is lost, and nothing is counted twice after that.
func TestFiguresOutliveAnOutage(t *testing.T) {
	t.Parallel()
	c, k, now := newCounter()
	k.fault = errors.New("no database")
	c.Hear(t.Context(), event.TokenIssued{GrantType: "password"})
	require.ErrorIs(t, c.Flush(t.Context(), k), k.fault)
	c.Hear(t.Context(), event.TokenIssued{GrantType: "password"})
	*now = now.Add(2 * time.Hour)
	require.ErrorIs(t, c.Flush(t.Context(), k), k.fault)
	k.fault = nil
	require.NoError(t, c.Flush(t.Context(), k))
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Equal(t, map[string]int64{"tokens password": 2}, k.figures)

	k.fault = errors.New("no database")
	c.Hear(t.Context(), event.TokenIssued{GrantType: "password"})
	*now = now.Add(statistics.Kept + time.Hour)
	require.ErrorIs(t, c.Flush(t.Context(), k), k.fault)
	k.fault = nil
	require.NoError(t, c.Flush(t.Context(), k))
	assert.EqualValues(t, 2, k.figures["tokens password"], "what is too old to be shown goes")
}

// Labels that are open by mistake do not fill the memory, nor the table.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	c, k, _ := newCounter()
	for i := range 5000 {
		c.Answered(statistics.Answer{Check: fmt.Sprint("made-up-", i)})
	}
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Less(t, len(k.figures), 300)
	assert.Positive(t, k.figures["refusals other"])
	var all int64
	for name, n := range k.figures {
		if name != "requests 1" {
			all += n
		}
	}
	assert.EqualValues(t, 5000, all)
}

func BenchmarkAnswered(b *testing.B) {
	c, _, _ := newCounter()
	b.ReportAllocs()
	for b.Loop() {
		c.Answered(statistics.Answer{Took: 3 * time.Millisecond})
	}
}
