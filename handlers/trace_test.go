package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const (
	theirTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	theirSpan   = "00f067aa0ba902b7"
	traceparent = "00-" + theirTrace + "-" + theirSpan + "-01"
)

// newTracedFrame is a frame whose spans are all recorded.
func newTracedFrame(t *testing.T, change func(*handlers.Config)) (*frame, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	return newFrame(t, func(c *handlers.Config) {
		c.Traces = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
		if change != nil {
			change(c)
		}
	}), spans
}

// onlySpan is the one that has ended.
func onlySpan(t *testing.T, spans *tracetest.SpanRecorder) sdktrace.ReadOnlySpan {
	t.Helper()
	ended := spans.Ended()
	require.Len(t, ended, 1)
	require.Len(t, spans.Started(), 1)
	return ended[0]
}

func attributes(span sdktrace.ReadOnlySpan) map[string]string {
	values := map[string]string{}
	for _, pair := range span.Attributes() {
		values[string(pair.Key)] = pair.Value.String()
	}
	return values
}

func TestEachRequestIsOneSpan(t *testing.T) {
	t.Parallel()
	f, spans := newTracedFrame(t, func(c *handlers.Config) {
		serveAt(c, "token", func(_ http.ResponseWriter, r *http.Request) error {
			assert.True(t, trace.SpanFromContext(r.Context()).IsRecording(), "the span covers the endpoint")
			return refusal.New(refusal.InvalidScope, refusal.CheckScope, "No.").For("demo")
		})
	})
	w := f.do("POST", "/token?x=1", "a=b")
	span := onlySpan(t, spans)
	assert.Equal(t, "POST /oauth/token", span.Name(), "the template of the canonical route, whatever the alias")
	assert.Equal(t, trace.SpanKindServer, span.SpanKind())
	assert.False(t, span.Parent().IsValid())
	assert.Empty(t, span.Links())
	assert.Equal(t, map[string]string{
		"http.request.method": "POST", "http.route": "/oauth/token", "http.response.status_code": "400",
		"gatehouse.request_id": w.Header().Get("X-Request-Id"), "gatehouse.outcome": "refused",
		"error.type": "invalid_scope", "gatehouse.check": "scope",
	}, attributes(span))
	assert.Equal(t, "Unset", span.Status().Code.String(), "a refusal is no failure")
	assert.Equal(t, span.SpanContext().TraceID().String(), f.lastLine(t)["trace_id"], "the log line names the trace")
}

func TestFailuresOfTheServerAreErrorsOfTheSpan(t *testing.T) {
	t.Parallel()
	f, spans := newTracedFrame(t, func(c *handlers.Config) { serveAt(c, "token", fails(errBroken)) })
	f.do("POST", "/oauth/token", "a=b")
	span := onlySpan(t, spans)
	assert.Equal(t, "Error", span.Status().Code.String())
	assert.Empty(t, span.Status().Description, "the text of an error may contain values")
	assert.NotContains(t, everything(span), errBroken.Error())
}

// everything is all that would be exported of a span.
func everything(span sdktrace.ReadOnlySpan) string {
	return fmt.Sprint(span.Name(), span.Attributes(), span.Events(), span.Links(), span.Status(), span.SpanContext().TraceState())
}

func TestSecretsInURLsAreNotInSpans(t *testing.T) {
	t.Parallel()
	f, spans := newTracedFrame(t, func(c *handlers.Config) {
		legacy := oauthhandlers.Config{Prefix: "/oauth", LegacyCheck: true}.Routes()
		c.Routes = append(c.Routes, legacy[len(legacy)-1])
		serveAt(c, "legacy check", says("legacy check"))
	})
	f.do("GET", "/oauth/access_token_valid/gh_at_verysecret?x=verysecret", "")
	f.do("GET", "/gone/gh_at_verysecret?access_token=verysecret", "", "Authorization", "Bearer verysecret")
	f.do("POST", "/oauth/token", "client_secret=verysecret", "Cookie", "x=verysecret", "User-Agent", "verysecret")
	f.do("VERYSECRET", "/oauth/token", "")
	var names []string
	for _, span := range spans.Ended() {
		names = append(names, span.Name())
		assert.NotContains(t, strings.ToLower(everything(span)), "verysecret")
	}
	assert.Equal(t, []string{"GET /oauth/access_token_valid/{token}", "GET unmatched", "POST /oauth/token", "OTHER /oauth/token"}, names)
}

// Otherwise clients could have everything recorded by sending a header, and in the trace of another
// client.
func TestOnlyATrustedProxyContinuesItsTrace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, address string
		trusted       bool
	}{
		{"an untrusted peer", "192.0.2.1:1234", false},
		{"a proxy", "10.1.2.3:1234", true},
		{"a proxy of IPv6", "[fd00::1]:1234", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, spans := newTracedFrame(t, nil)
			r := newRequest("GET", "/oauth/jwks", c.address)
			r.Header.Set("Traceparent", traceparent)
			r.Header.Set("X-Forwarded-For", "10.9.9.9") // does not say who sent it
			f.serve(r)
			span := onlySpan(t, spans)
			assert.Equal(t, span.SpanContext().TraceID().String(), f.lastLine(t)["trace_id"])
			if c.trusted {
				assert.Equal(t, theirTrace, span.SpanContext().TraceID().String())
				assert.Equal(t, theirSpan, span.Parent().SpanID().String())
				assert.Empty(t, span.Links())
				return
			}
			assert.NotEqual(t, theirTrace, span.SpanContext().TraceID().String())
			assert.False(t, span.Parent().IsValid())
			require.Len(t, span.Links(), 1)
			assert.Equal(t, theirTrace, span.Links()[0].SpanContext.TraceID().String())
			assert.Equal(t, theirSpan, span.Links()[0].SpanContext.SpanID().String())
		})
	}
}

func TestAMalformedTraceparentIsIgnored(t *testing.T) {
	t.Parallel()
	f, spans := newTracedFrame(t, nil)
	r := newRequest("GET", "/oauth/jwks", "10.1.2.3:1234")
	r.Header.Set("Traceparent", "00-"+strings.Repeat("0", 32)+"-"+theirSpan+"-01")
	assert.Equal(t, http.StatusOK, f.serve(r).Code)
	span := onlySpan(t, spans)
	assert.False(t, span.Parent().IsValid())
	assert.Empty(t, span.Links())
}

// The id of a trace that is not recorded cannot be found.
func TestTracesThatAreNotRecordedAreNotNamed(t *testing.T) {
	t.Parallel()
	f, spans := newTracedFrame(t, func(c *handlers.Config) {
		c.Traces = sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	})
	f.do("GET", "/oauth/jwks", "")
	assert.Empty(t, spans.Started())
	assert.NotContains(t, f.lastLine(t), "trace_id")
}

func TestTracingIsOffByDefault(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "jwks", func(_ http.ResponseWriter, r *http.Request) error {
			assert.False(t, trace.SpanContextFromContext(r.Context()).IsValid())
			assert.Empty(t, canonical.From(r.Context()).TraceID)
			return nil
		})
	})
	r := newRequest("GET", "/oauth/jwks", "10.1.2.3:1234")
	r.Header.Set("Traceparent", traceparent)
	f.serve(r)
	assert.NotContains(t, f.lastLine(t), "trace_id")
}
