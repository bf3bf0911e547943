package canonical

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Values of a caller are cut to maxValue bytes: otherwise requests could fill a disk. The cause is
// the server's own text and may be longer: wrapped errors end with the root cause.
const (
	maxValue = 200
	maxCause = 1000
)

// Write writes the line. Missing notes are omitted.
func (l *Line) Write(ctx context.Context, log *slog.Logger, now time.Time, took time.Duration) {
	if !log.Enabled(ctx, l.Level) {
		return
	}
	attrs := make([]slog.Attr, 0, 16)
	text := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, cut(value, maxValue)))
		}
	}
	text("request_id", l.RequestID)
	text("trace_id", l.TraceID)
	text("method", l.Method)
	text("route", l.Route)
	attrs = append(attrs,
		slog.Int("status", l.Status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000))
	if l.ClientAddress.IsValid() {
		text("client_address", l.ClientAddress.String())
	}
	attrs = append(attrs, slog.Int64("bytes", l.Bytes))
	text("client_id", l.client)
	text("grant_type", l.grantType)
	text("outcome", l.Ended())
	text("error", string(l.refused))
	text("check", string(l.check))
	if l.errorID != "" { // in full: a shortened id cannot be opened
		attrs = append(attrs, slog.String("error_id", l.errorID))
	}
	if n := l.statements.Load(); n > 0 {
		attrs = append(attrs, slog.Int64("statements", n))
	}
	if l.cause != nil {
		attrs = append(attrs, slog.String("cause", cut(l.cause.Error(), maxCause)))
	}
	// A Logger would look up the source position of the call, which the line does not show.
	record := slog.NewRecord(now, l.Level, "request", 0)
	record.AddAttrs(attrs...)
	_ = log.Handler().Handle(ctx, record) // a failure of the log cannot be logged
}

// Ended tells how the request ended: the endpoint's word, or what follows from the status.
func (l *Line) Ended() string {
	switch {
	case l.outcome != "":
		return l.outcome
	case l.Status >= http.StatusInternalServerError:
		return "failed"
	case l.refused != "" || l.Status >= http.StatusBadRequest:
		return "refused"
	default:
		return "ok"
	}
}

// cut shortens text to limit bytes without splitting a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
