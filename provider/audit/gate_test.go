package audit_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

var errFull = errors.New("disk full")

// full cannot store records.
type full struct{}

func (full) AppendRecord(context.Context, audit.Record) error { return errFull }

type fixture struct {
	*storage.Store

	url    string
	events []event.Event
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{}
	f.Store, f.url = storagetest.SQLiteAt(t, time.Now)
	return f
}

func (f *fixture) gate(records interface {
	AppendRecord(ctx context.Context, r audit.Record) error
},
) *audit.Gate {
	return audit.NewGate(records, f, event.NewBus(func(_ context.Context, e event.Event) { f.events = append(f.events, e) }), time.Now, rand.Reader)
}

// create is an act that adds a scope, and then fails with err.
func (f *fixture) create(name string, err error) func(ctx context.Context) (audit.Changes, error) {
	return func(ctx context.Context) (audit.Changes, error) {
		if err := f.CreateScope(ctx, consent.Scope{Name: name, CreatedAt: time.Now()}); err != nil {
			return nil, err
		}
		return audit.Details(map[string]any{"description": "text"}), err
	}
}

// An act and its record are one transaction.
func TestNoActWithoutItsRecord(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	target := audit.Target{Type: audit.Scope, ID: "read"}
	failure := errors.New("failed halfway")
	require.ErrorIs(t, f.gate(f).Do(t.Context(), audittest.Operator(), audit.ScopeCreate, target, f.create("read", failure)), failure)
	require.ErrorIs(t, f.gate(full{}).Do(t.Context(), audittest.Operator(), audit.ScopeCreate, target, f.create("read", nil)), errFull)
	scopes, err := f.Scopes(t.Context())
	require.NoError(t, err)
	assert.Empty(t, scopes)
	assert.Zero(t, storagetest.Count(t, f.url, "audit_logs"))
	assert.Empty(t, f.events, "what did not happen is not announced")

	require.NoError(t, f.gate(f).Do(t.Context(), audittest.Operator(), audit.ScopeCreate, target, f.create("read", nil)))
	assert.Equal(t, 1, storagetest.Count(t, f.url, "audit_logs"))
	require.Len(t, f.events, 1)
	assert.Equal(t, "administered", f.events[0].Name())
}

func TestActorsWithoutAuthorityDoNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, actor := range []audit.Actor{{}, {Kind: audit.OperatingSystemUser}, {ID: "root"}, {Kind: "user", ID: "alice"}} {
		err := f.gate(f).Do(t.Context(), actor, audit.ScopeCreate, audit.Target{Type: audit.Scope, ID: "read"}, func(context.Context) (audit.Changes, error) {
			t.Error("the act was carried out")
			return nil, nil
		})
		require.ErrorIs(t, err, audit.ErrForbidden)
	}
	for _, actor := range []audit.Actor{audittest.Operator(), audit.BackgroundJob("keyring")} {
		require.NoError(t, f.gate(f).Do(t.Context(), actor, audit.ScopeCreate, audit.Target{Type: audit.Scope, ID: actor.ID}, f.create(actor.ID, nil)))
	}
}

// What a request says about itself is no reason for the act, or its record, to fail.
func TestAnyTextOfARequestCanBeRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	actor := audittest.Operator()
	actor.ClientID, actor.Address, actor.RequestID = "console", "192.0.2.1", "r-1"
	actor.UserAgent = "a\x00b\xffc" + strings.Repeat("ü", 1000)
	require.NoError(t, f.gate(f).Do(t.Context(), actor, audit.ScopeCreate, audit.Target{Type: audit.Scope, ID: "read"}, f.create("read", nil)))
	records, err := f.Records(t.Context(), audit.Filter{}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	got := records[0]
	assert.Equal(t, audit.Done, got.Outcome)
	assert.True(t, strings.HasPrefix(got.Actor.UserAgent, "abcü"), got.Actor.UserAgent)
	assert.LessOrEqual(t, len(got.Actor.UserAgent), 512)
	assert.True(t, utf8.ValidString(got.Actor.UserAgent))
	actor.UserAgent = got.Actor.UserAgent
	assert.Equal(t, actor, got.Actor)
}

// An act inside a transaction is part of it.
func TestAnActIsUndoneWithItsTransaction(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	failure := errors.New("failed later")
	err := f.InTx(t.Context(), func(ctx context.Context) error {
		require.NoError(t, f.gate(f).Do(ctx, audittest.Operator(), audit.ScopeCreate, audit.Target{Type: audit.Scope, ID: "read"}, f.create("read", nil)))
		return failure
	})
	require.ErrorIs(t, err, failure)
	assert.Zero(t, storagetest.Count(t, f.url, "audit_logs"))
	assert.Empty(t, f.events)
}

func TestChangesAreThePropertiesThatDiffer(t *testing.T) {
	t.Parallel()
	before := map[string]any{"name": "Shop", "scopes": []string{"a"}, "disabled": false, "logo_uri": "https://a/x.png"}
	after := map[string]any{"name": "Shop", "scopes": []string{"a", "b"}, "disabled": true, "contacts": []string{"ops"}}
	assert.Equal(t, audit.Changes{
		"scopes": {[]string{"a"}, []string{"a", "b"}}, "disabled": {false, true}, "logo_uri": {"https://a/x.png", nil}, "contacts": {nil, []string{"ops"}},
	}, audit.Diff(before, after))
	assert.Empty(t, audit.Diff(before, before))
	assert.Equal(t, audit.Changes{"name": {nil, "Shop"}}, audit.Diff(nil, map[string]any{"name": "Shop"}))
	assert.Equal(t, audit.Changes{"name": {"Shop", nil}}, audit.Diff(map[string]any{"name": "Shop"}, nil))
}

// What is as it was before has no record; an act without details has one.
func TestUnchangedThingsAreNotRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i, changes := range []audit.Changes{{}, audit.Diff(map[string]any{"a": 1}, map[string]any{"a": 1}), audit.Counted("grants", 0)} {
		require.NoError(t, f.gate(f).Do(t.Context(), audittest.Operator(), audit.ScopeUpdate, audit.Target{Type: audit.Scope}, func(context.Context) (audit.Changes, error) { return changes, nil }))
		assert.Zero(t, storagetest.Count(t, f.url, "audit_logs"), i)
	}
	assert.Empty(t, f.events)
	for i, changes := range []audit.Changes{nil, audit.Details(nil), audit.Counted("grants", 2)} {
		require.NoError(t, f.gate(f).Do(t.Context(), audittest.Operator(), audit.ScopeUpdate, audit.Target{Type: audit.Scope}, func(context.Context) (audit.Changes, error) { return changes, nil }))
		assert.Equal(t, i+1, storagetest.Count(t, f.url, "audit_logs"))
	}
}
