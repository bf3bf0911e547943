package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
)

// traces are sent over OTLP when the environment names an endpoint, by the variables that
// OpenTelemetry has for all programs.
type traces struct {
	*sdktrace.TracerProvider

	tracer trace.Tracer
}

// newTraces returns nil when there is no endpoint.
func newTraces(ctx context.Context, environ []string) (*traces, error) {
	if !named(environ, "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || named(environ, "OTEL_SDK_DISABLED") {
		return nil, nil //nolint:nilnil // off, which is no error
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	what, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("gatehouse"), semconv.ServiceVersion(version)),
		resource.WithFromEnv(), resource.WithHost())
	if err != nil {
		return nil, fmt.Errorf("describe this server: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(what))
	return &traces{provider, provider.Tracer("github.com/gatehouse-id/gatehouse")}, nil
}

func named(environ []string, names ...string) bool {
	for _, pair := range environ {
		for _, name := range names {
			if value, ok := strings.CutPrefix(pair, name+"="); ok && value != "" && value != "false" {
				return true
			}
		}
	}
	return false
}

func nothingToEnd(error) {}

// statement traces what belongs to a request that is recorded. The query has placeholders
// and no values.
func (t *traces) statement(ctx context.Context, query string) (context.Context, func(error)) {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, nothingToEnd
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	return t.call(ctx, strings.ToUpper(verb), semconv.DBSystemNameKey.String("sql"), semconv.DBQueryText(query))
}

func (t *traces) call(ctx context.Context, name string, about ...attribute.KeyValue) (context.Context, func(error)) {
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(about...))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, "") // the text of an error may hold values
		}
		span.End()
	}
}

// transport traces fetches. Whose server it is does not learn about our traces.
func (t *traces) transport(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next,
		otelhttp.WithTracerProvider(t),
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()),
		otelhttp.WithFilter(func(r *http.Request) bool { return trace.SpanFromContext(r.Context()).IsRecording() }),
	)
}

// provider is what spans come from; nil, and not a nil *traces, when tracing is off.
func (t *traces) provider() trace.TracerProvider {
	if t == nil {
		return nil
	}
	return t
}

// flushTime is how long the last spans may take to be sent.
const flushTime = 5 * time.Second

func (t *traces) close(ctx context.Context, err *error) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer cancel()
	*err = errors.Join(*err, t.Shutdown(ctx))
}
