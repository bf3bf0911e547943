package handlers

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
)

// tracer begins a span for each request. Spans carry the template of the route and never the
// path, the query or a header: the legacy check has a token in its path.
type tracer struct {
	tracer  trace.Tracer // nil: off
	proxies proxies
}

func newTracer(from trace.TracerProvider, trusted proxies) tracer {
	if from == nil {
		return tracer{}
	}
	return tracer{from.Tracer("github.com/gatehouse-id/gatehouse/handlers"), trusted}
}

// span is the span of one request; the zero value is none.
type span struct{ trace.Span }

// begin continues the trace of a trusted proxy. Any other request starts a new trace with a link to
// the received one: otherwise clients could have everything recorded by sending a header.
func (t tracer) begin(ctx context.Context, r *http.Request, l *canonical.Line) (context.Context, span) {
	if t.tracer == nil {
		return ctx, span{}
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(semconv.HTTPRequestMethodKey.String(l.Method))}
	sent := propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	if remote := trace.SpanContextFromContext(sent); remote.IsValid() {
		if t.proxies.contains(parseAddress(r.RemoteAddr)) {
			ctx = sent
		} else {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: remote}))
		}
	}
	ctx, begun := t.tracer.Start(ctx, l.Method, options...)
	if begun.SpanContext().IsSampled() {
		l.TraceID = begun.SpanContext().TraceID().String()
	}
	return ctx, span{begun}
}

func (s span) end(l *canonical.Line) {
	if s.Span == nil {
		return
	}
	if s.IsRecording() {
		s.SetName(l.Method + " " + l.Route)
		s.SetAttributes(semconv.HTTPRoute(l.Route), semconv.HTTPResponseStatusCode(l.Status),
			attribute.String("gatehouse.request_id", l.RequestID), attribute.String("gatehouse.outcome", l.Ended()))
		if code, check := l.Refusal(); code != "" {
			s.SetAttributes(semconv.ErrorTypeKey.String(string(code)), attribute.String("gatehouse.check", string(check)))
		}
		if l.Status >= http.StatusInternalServerError {
			s.SetStatus(codes.Error, "")
		}
	}
	s.End()
}
