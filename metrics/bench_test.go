package metrics_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/provider/event"
)

// The metrics cost of a request: an Observe, three to five statements, an event or two.
func BenchmarkHotPath(b *testing.B) {
	m, _ := newMetrics(b)
	hit := m.Caches.For("clients")
	for _, part := range []struct {
		name string
		do   func()
	}{
		{"request", func() { m.HTTP.Observe("/oauth/token", "POST", 200, .0043, "") }},
		{"request with a trace", func() { m.HTTP.Observe("/oauth/token", "POST", 200, .0043, trace) }},
		{"in flight", func() { m.HTTP.Began(); m.HTTP.Ended() }},
		{"statement", func() { m.SQL.Statement(.0003, false) }},
		{"limit", func() { m.Limits.Decided("token-client", "redis", true) }},
		{"token", func() { m.Record(b.Context(), event.TokenIssued{GrantType: "refresh_token", Refresh: true}) }},
		{"refusal", func() { m.Refusals.Refused("/oauth/token", "invalid_grant", "refresh_token") }},
		{"cache", func() { hit(true) }},
	} {
		b.Run(part.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				part.do()
			}
		})
	}
	b.Run("request, all cores", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				m.HTTP.Observe("/oauth/token", "POST", 200, .0043, "")
			}
		})
	})
}
