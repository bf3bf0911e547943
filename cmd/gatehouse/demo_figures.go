package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// demoDays are those with made-up figures in the development database, before its first start.
const demoDays = 56

// seedFigures fills the charts of the console of a new development database, with more by day than at night and at
// weekends. They are the same each time.
func (h *instance) seedFigures(ctx context.Context, now time.Time) error {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // makes figures up, protects nothing
	var figures []statistics.Figure
	var ofClients []statistics.ClientFigure
	end := statistics.HourOf(now)
	oldest := statistics.HourOf(now.Add(-statistics.KeptOfClients))
	for hour := end - demoDays*24; hour < end; hour++ {
		at := hour.Time()
		busy := 1 + 0.8*math.Sin(float64(at.Hour()-8)/24*2*math.Pi)
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			busy *= 0.4
		}
		busy *= 1 + 0.3*float64(hour-end+demoDays*24)/(demoDays*24) // it grows
		for _, f := range demoFigures() {
			n := int64(f.perHour * busy * (0.7 + 0.6*random.Float64()))
			if n == 0 {
				continue
			}
			figures = append(figures, statistics.Figure{Hour: hour, Series: f.series, Label: f.label, Count: n})
			if hour > oldest && slices.Contains(statistics.OfClients(), f.series) {
				ofClients = append(ofClients, shared(f, hour, n)...)
			}
		}
	}
	return h.store.AddFigures(ctx, figures, ofClients)
}

// shared is what of a figure the demo clients have.
func shared(f demoFigure, hour statistics.Hour, n int64) []statistics.ClientFigure {
	shares := map[string]float64{"demo-web": 0.6, "demo-spa": 0.4}
	if f.label == "client_credentials" {
		shares = map[string]float64{"demo-service": 1}
	}
	var of []statistics.ClientFigure
	for id, share := range shares {
		if part := int64(share * float64(n)); part > 0 {
			of = append(of, statistics.ClientFigure{ClientID: id, Figure: statistics.Figure{Hour: hour, Series: f.series, Label: f.label, Count: part}})
		}
	}
	return of
}

type demoFigure struct {
	series  statistics.Series
	label   string
	perHour float64
}

func demoFigures() []demoFigure {
	return []demoFigure{
		{statistics.SignIns, statistics.ByPassword, 42},
		{statistics.SignIns, statistics.BySecondFactor, 18},
		{statistics.SignIns, statistics.ByPasskey, 27},
		{statistics.RefusedSignIns, "wrong_password", 6},
		{statistics.RefusedSignIns, "unknown_user", 2},
		{statistics.RefusedSignIns, "second_factor", 1.4},
		{statistics.Tokens, "authorization_code", 95},
		{statistics.Tokens, "refresh_token", 430},
		{statistics.Tokens, "client_credentials", 160},
		{statistics.Refusals, "refresh_token_expired", 4},
		{statistics.Refusals, "redirect_uri", 1.6},
		{statistics.Refusals, "client_secret", 1.3},
		{statistics.Refusals, "code_verifier", 1.1},
		{statistics.Requests, "1", 1900},
		{statistics.Requests, "2", 820},
		{statistics.Requests, "5", 310},
		{statistics.Requests, "10", 90},
		{statistics.Requests, "100", 60},
		{statistics.Requests, "250", 9},
	}
}
