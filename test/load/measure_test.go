package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBareServerIsItsOwnProcess(t *testing.T) {
	t.Parallel()
	b, err := startBare(t.Context())
	require.NoError(t, err)
	f := &document{label: bareName, path: "/", marker: `"bare"`}
	p, err := measure(t.Context(), b, f, options{duration: 300 * time.Millisecond, warmUp: 20 * time.Millisecond, connections: 2})
	require.NoError(t, err)
	assert.Zero(t, p.Errors, p.FirstError)
	assert.Positive(t, p.Requests)
	assert.Positive(t, p.cost.server)
	assert.Positive(t, p.cost.generator)
	require.NoError(t, b.close())
	_, err = b.cpu()
	assert.Error(t, err, "it must stop at the end of its input")
}

// fake is an authorization server that issues and revokes numbered tokens.
type fake struct {
	issued  atomic.Int64
	revoked sync.Map
	twice   atomic.Int64
	forgets bool // reports revoked tokens as active
	refuses bool
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	_, ended := f.revoked.Load(token)
	switch r.URL.Path {
	case "/oauth/token":
		_, _ = fmt.Fprintf(w, `{"access_token":"t%d"}`, f.issued.Add(1))
	case "/oauth/revoke":
		if f.refuses {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if ended {
			f.twice.Add(1)
		}
		f.revoked.Store(token, true)
	case "/oauth/introspect":
		_, _ = fmt.Fprintf(w, `{"active":%t}`, !ended || f.forgets)
	}
}

// faked is a system whose server is the fake.
type faked struct{ *system }

func (faked) cpu() (cost, error) { return cost{}, nil }

func (f *fake) system(t *testing.T) faked {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	db, err := openSQLite(t.TempDir() + "/empty.db")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.close(t.Context())) })
	return faked{&system{server: &server{address: strings.TrimPrefix(s.URL, "http://")}, db: db, connections: 3}}
}

func brief() options {
	return options{duration: 300 * time.Millisecond, warmUp: 50 * time.Millisecond, connections: 3}
}

func TestRevocationRevokesEachTokenOnceAndChecks(t *testing.T) {
	t.Parallel()
	f := &fake{}
	h := f.system(t)
	p, err := measure(t.Context(), h, newRevocation(h.system), brief())
	require.NoError(t, err)
	assert.Zero(t, p.Errors, p.FirstError)
	assert.Positive(t, p.Requests)
	assert.Zero(t, f.twice.Load(), "revoking a token again would cost less")

	f = &fake{forgets: true}
	h = f.system(t)
	_, err = measure(t.Context(), h, newRevocation(h.system), brief())
	assert.ErrorContains(t, err, "revoked token")
}

func TestWrongResponsesAreCountedAndFailTheRun(t *testing.T) {
	t.Parallel()
	f := &fake{refuses: true}
	h := f.system(t)
	flow := newRevocation(h.system)
	p, err := measure(t.Context(), h, uncheckedFlow{flow, flow}, brief())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, p.Errors, p.Requests, "errors of the warm-up count as well")
	r := report{Flows: []flowReport{summarize(&subject{flow: flow, target: h, passes: []pass{p}})}}
	require.ErrorContains(t, r.fault(), "status 503")
	assert.NoError(t, r.printTable(io.Discard))
}

// uncheckedFlow hides the check method of a flow.
type uncheckedFlow struct {
	flow
	finite
}

func TestIntrospectionOfInactiveTokenIsAnError(t *testing.T) {
	t.Parallel()
	f := &fake{}
	h := f.system(t)
	flow := newIntrospection(h.system)
	require.NoError(t, flow.prepare(t.Context(), time.Second))
	f.revoked.Store("t7", true)
	p, err := measure(t.Context(), h, flow, brief())
	require.NoError(t, err)
	assert.Positive(t, p.Errors)
	assert.ErrorContains(t, p.FirstError, `"active":true`)
}
