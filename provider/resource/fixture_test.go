package resource_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// clock is moved by tests. It begins at the present, since TLS certificates are checked by that.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now().Truncate(time.Second)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

type fixture struct {
	*resourcetest.Issuer
	*resource.Verifier
	*clock
	t *testing.T
}

// setup starts an issuer, and a verifier for it that has its keys.
func setup(t *testing.T, change func(*resource.Options)) *fixture {
	t.Helper()
	issuer, c := resourcetest.NewIssuer(t), newClock()
	issuer.SetClock(c.now)
	f := &fixture{Issuer: issuer, clock: c, t: t}
	f.Verifier = f.verifier(issuer.URL, change)
	require.NoError(t, f.Ready(t.Context()))
	return f
}

func (f *fixture) verifier(issuer string, change func(*resource.Options)) *resource.Verifier {
	f.t.Helper()
	o := resource.Options{Audience: []string{resourcetest.Audience}, Clock: f.now, Logger: quiet()}
	if change != nil {
		change(&o)
	}
	v, err := resource.New(f.t.Context(), issuer, o)
	require.NoError(f.t, err)
	return v
}

// introspecting adds the issuer's introspection to the options.
func (f *fixture) introspecting(change func(*resource.Options)) *resource.Verifier {
	f.t.Helper()
	return f.verifier(f.URL, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: f.ClientID, ClientSecret: f.ClientSecret}
		if change != nil {
			change(o)
		}
	})
}

// reason verifies a token and returns why it is refused, or "".
func reason(t *testing.T, v *resource.Verifier, token string) string {
	t.Helper()
	_, err := v.Verify(t.Context(), token)
	return reasonOf(t, err)
}

func reasonOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var refused *resource.Error
	require.ErrorAs(t, err, &refused)
	return refused.Reason.String()
}

// get sends a request through a middleware. The response is 200, and the body the subject, where it
// lets the request through.
func get(middleware func(http.Handler) http.Handler, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/invoices", nil)
	for _, value := range headers {
		r.Header.Add("Authorization", value)
	}
	return serve(middleware, r)
}

func serve(middleware func(http.Handler) http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := resource.FromContext(r.Context())
		if !ok {
			p.Subject = "nobody"
		}
		_, _ = io.WriteString(w, p.Subject)
	})).ServeHTTP(w, r)
	return w
}
