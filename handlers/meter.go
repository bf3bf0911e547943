package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// figures counts requests for the console.
type figures interface {
	Answered(a statistics.Answer)
}

// meter counts requests by their canonical lines, so that log and metrics cannot differ.
type meter struct {
	metrics           *metrics.Metrics // nil: off
	figures           figures          // nil: off
	token, introspect string           // templates of those routes
}

// callerGone is counted, and never sent, for a client that closed the connection: as a 503 it would
// count against the availability of the server.
const callerGone = 499

func (m meter) began() {
	if m.metrics != nil {
		m.metrics.HTTP.Began()
	}
}

// figure counts a request for the console.
func (m meter) figure(l *canonical.Line, took time.Duration) {
	if m.figures != nil {
		_, check := l.Refusal()
		m.figures.Answered(statistics.Answer{ClientID: l.ClientID(), Check: string(check), Took: took})
	}
}

func (m meter) done(l *canonical.Line, took time.Duration) {
	if m.metrics == nil {
		return
	}
	m.metrics.HTTP.Ended()
	status, route := l.Status, metered(l.Route)
	if l.Ended() == hungUp {
		status = callerGone
	}
	m.metrics.HTTP.Observe(route, l.Method, status, took.Seconds(), l.TraceID)
	code, check := l.Refusal()
	if code != "" {
		m.metrics.Refusals.Refused(route, code, check)
	}
	switch {
	case l.Route == m.token && code != "":
		m.metrics.Tokens.TokenRefused(l.AskedGrantType(), code)
	case l.Route == m.introspect && l.Status == http.StatusOK:
		m.metrics.Tokens.Introspected(l.Ended() == "active")
	}
}

// consolePath is where the pages of administrators are.
const consolePath = "/admin"

// metered is the route as metrics name it. The pages of the console are one: each by itself would have a histogram, of
// requests that a few people make.
func metered(route string) string {
	if strings.HasPrefix(route, consolePath+"/") {
		return consolePath
	}
	return route
}
