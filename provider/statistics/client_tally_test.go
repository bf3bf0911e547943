package statistics_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// request is one of a client.
type request string

func (r request) Origin() audit.Origin { return audit.Origin{ClientID: string(r)} }

func TestClientsAreCountedEachByItself(t *testing.T) {
	t.Parallel()
	c, k, _ := newCounter()
	atSignIn := audit.WithRequest(t.Context(), request("shop"))
	c.Hear(atSignIn, event.SignInRefused{Reason: "wrong_password", ClientID: "shop"})
	c.Hear(atSignIn, event.FactorRefused{Kind: "totp", Reason: "wrong_code"})
	c.Hear(atSignIn, event.FactorRefused{Kind: "passkey", Reason: "unknown"})
	c.Hear(atSignIn, event.SignedIn{Methods: []string{"pwd"}})
	for range 2 { // the second without a page
		c.Hear(atSignIn, event.AuthorizationApproved{ClientID: "shop", Methods: []string{"pwd"}})
	}
	c.Hear(t.Context(), event.TokenIssued{ClientID: "shop", GrantType: "authorization_code"})
	c.Hear(t.Context(), event.TokenIssued{ClientID: "robot", GrantType: "client_credentials"})
	c.Hear(t.Context(), event.TokenIssued{ClientID: "own", GrantType: "password"})
	c.Hear(t.Context(), event.SignInRefused{ClientID: "own", Reason: "disabled"})
	c.Answered(statistics.Answer{ClientID: "robot", Check: "scope"})
	c.Answered(statistics.Answer{ClientID: "robot"})

	c.Hear(context.Background(), event.SignInRefused{Reason: "wrong_password"}) // at the own account
	c.Answered(statistics.Answer{Check: "client_unknown"})
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Equal(t, map[string]int64{
		"shop refused_sign_ins wrong_password": 1, "shop refused_sign_ins second_factor": 1, "shop refused_sign_ins passkey": 1,
		"own sign_ins password": 1, "own tokens password": 1, "own refused_sign_ins disabled": 1, "shop sign_ins password": 2,
		"shop tokens authorization_code": 1, "robot tokens client_credentials": 1, "robot refusals scope": 1,
	}, k.ofClients)
	assert.Equal(t, map[string]int64{
		"refused_sign_ins wrong_password": 2, "refused_sign_ins second_factor": 1, "refused_sign_ins passkey": 1, "refused_sign_ins disabled": 1, "tokens password": 1, "sign_ins password": 1,
		"tokens authorization_code": 1, "tokens client_credentials": 1, "refusals scope": 1, "refusals client_unknown": 1, "requests 1": 3,
	}, k.figures)
}

// Requests that prove nothing and name a few clients take no place from the others.
func TestLabelsOfAClientAreBounded(t *testing.T) {
	t.Parallel()
	c, k, _ := newCounter()
	for i := range 100 {
		c.Answered(statistics.Answer{ClientID: "shop", Check: fmt.Sprint("check-", i)})
	}
	c.Answered(statistics.Answer{ClientID: "robot", Check: "scope"})
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Len(t, k.ofClients, 20+1+1)
	assert.EqualValues(t, 80, k.ofClients["shop refusals other"])
	assert.EqualValues(t, 1, k.ofClients["robot refusals scope"])
}

// Many clients do not fill the memory, nor the table: not by all at once, nor by some others each minute. What is missing
// is counted, and the next hour begins anew.
func TestCountedClientsAreBounded(t *testing.T) {
	t.Parallel()
	c, k, now := newCounter()
	const most, clients = 2000, 5000
	for i := range clients {
		c.Answered(statistics.Answer{ClientID: fmt.Sprint("client-", i), Check: "scope"})
		if i%500 == 0 {
			require.NoError(t, c.Flush(t.Context(), k))
		}
	}
	c.Answered(statistics.Answer{ClientID: "client-1", Check: "scope"})
	c.Hear(t.Context(), event.TokenIssued{ClientID: "client-4999", GrantType: "refresh_token"})
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Len(t, k.ofClients, 2*most+2)
	assert.EqualValues(t, 1, k.ofClients["client-2000 refusals other"], "beyond the labels clients are still told apart")
	assert.EqualValues(t, clients-2*most, k.ofClients["uncounted refusals"])
	assert.EqualValues(t, 2, k.ofClients["client-1 refusals scope"], "one that was counted is counted on")
	assert.EqualValues(t, 1, k.ofClients["client-4999 tokens refresh_token"], "each series has its own bound")

	*now = now.Add(time.Hour)
	c.Answered(statistics.Answer{ClientID: "client-4999", Check: "scope"})
	require.NoError(t, c.Flush(t.Context(), k))
	assert.EqualValues(t, 1, k.ofClients["client-4999 refusals scope"])
}

func TestFiguresOfClientsOutliveAnOutage(t *testing.T) {
	t.Parallel()
	c, k, now := newCounter()
	k.fault = errors.New("no database")
	for range 2 {
		c.Answered(statistics.Answer{ClientID: "shop", Check: "scope"})
		require.ErrorIs(t, c.Flush(t.Context(), k), k.fault)
	}
	k.fault = nil
	require.NoError(t, c.Flush(t.Context(), k))
	assert.Equal(t, map[string]int64{"shop refusals scope": 2}, k.ofClients)

	k.fault = errors.New("no database")
	c.Answered(statistics.Answer{ClientID: "shop", Check: "scope"})
	*now = now.Add(statistics.KeptOfClients + time.Hour)
	require.ErrorIs(t, c.Flush(t.Context(), k), k.fault)
	k.fault = nil
	require.NoError(t, c.Flush(t.Context(), k))
	assert.EqualValues(t, 2, k.ofClients["shop refusals scope"], "what is too old to be shown goes")
}
