package console_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/storage"
)

// hostile is what a program may say of itself.
const hostile = `"><script>alert(1)</script>`

// act records an act of a user on another.
func (f *fixture) act(by, on *account.User, action audit.Action, changes audit.Changes) audit.Record {
	f.t.Helper()
	now := f.now.Load().Add(time.Millisecond)
	f.now.Store(&now)
	r := audit.Record{
		ID: f.id(), At: now, Action: action, Outcome: audit.Done, Target: audit.OfUser(on.ID), Changes: changes,
		Actor: audit.Actor{Kind: audit.UserActor, ID: by.ID.String(), ClientID: "cli", Address: "192.0.2.7", UserAgent: hostile, RequestID: "r-1"},
	}
	require.NoError(f.t, f.store.AppendRecord(f.t.Context(), r))
	return r
}

func TestAuditLogIsListedAndFiltered(t *testing.T) {
	f := newFixture(t, nil)
	root, alice := f.user("root", account.RoleAdmin), f.user("alice")
	b := f.signIn(root)
	for range 55 {
		f.act(root, alice, audit.UserUpdate, nil)
	}
	f.act(root, root, audit.FactorReset, nil)
	first := b.get("/admin/audit").Body.String()
	assert.Contains(t, first, "factor.reset")
	assert.Contains(t, first, ">root</a>", "by the name of the user, not the id")
	require.Contains(t, first, `rel="next"`)
	_, rest, _ := strings.Cut(first, `rel="next" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	second := b.get(strings.ReplaceAll(next, "&amp;", "&"))
	assert.Equal(t, http.StatusOK, second.Code)
	assert.NotContains(t, second.Body.String(), `data-label="Action"><code>factor.reset`)
	assert.NotContains(t, second.Body.String(), `rel="next"`)

	row := func(action audit.Action) string {
		return `data-label="Action"><code>` + string(action) + "</code></td>"
	}
	for query, want := range map[string]audit.Action{"action=factor.reset": audit.FactorReset, "user=alice": audit.UserUpdate, "user=alice%40example.com&actor=root": audit.UserUpdate, "target=" + root.ID.String(): audit.FactorReset} {
		page := b.get("/admin/audit?" + query).Body.String()
		assert.Contains(t, page, row(want), query)
		for _, other := range []audit.Action{audit.FactorReset, audit.UserUpdate} {
			if other != want {
				assert.NotContains(t, page, row(other), query)
			}
		}
	}
	assert.Contains(t, b.get("/admin/audit?client=nobody").Body.String(), "No record matches")
	assert.Contains(t, b.get("/admin/audit?actor=%22%3E%3Cscript%3E").Body.String(), "&#34;&gt;&lt;script&gt;")
}

// Times are those of the viewer's zone.
func TestAuditLogIsFilteredByTime(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin)
	root.Profile.Zoneinfo = "Asia/Tokyo" // nine hours ahead: the test begins at 17:00
	require.NoError(t, f.store.UpdateUser(t.Context(), root))
	b := f.signIn(root)
	f.act(root, root, audit.FactorReset, nil)
	found := func(query url.Values) bool {
		w := b.get("/admin/audit?" + query.Encode())
		require.Equal(t, http.StatusOK, w.Code)
		return strings.Contains(w.Body.String(), `data-label="Action"><code>factor.reset`)
	}
	assert.True(t, found(url.Values{"since": {"2026-05-01T17:00"}, "until": {"2026-05-01T17:01"}}))
	assert.False(t, found(url.Values{"since": {"2026-05-01T17:01"}}))
	assert.True(t, found(url.Values{"since": {"2026-05-01T17:00"}, "until": {"2026-05-01T17:00"}}), "all of that minute")
	assert.True(t, found(url.Values{"since": {"2026-05-01"}, "until": {"2026-05-01"}}), "all of that day")
	assert.True(t, found(url.Values{"until": {"2026-05-01T17:00:00"}}), "all of that second")
	assert.False(t, found(url.Values{"until": {"2026-05-01T16:59"}}))
	assert.False(t, found(url.Values{"until": {"2026-04-30"}}))
	for query, fault := range map[string]string{
		"since=yesterday": "This is no time", "until=x": "This is no time", "since=2026-05-02T00:00&until=2026-05-01T00:00": "No time is between", "user=nobody": "There is no such user",
	} {
		w := b.get("/admin/audit?" + query)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, query)
		assert.Contains(t, w.Body.String(), fault, query)
		assert.Contains(t, w.Body.String(), `aria-invalid="true"`, query)
	}
}

func TestAuditRecordShowsWhatChanged(t *testing.T) {
	f := newFixture(t, nil)
	root, alice := f.user("root", account.RoleAdmin), f.user("alice")
	b := f.signIn(root)
	r := f.act(root, alice, audit.UserUpdate, audit.Changes{"name": {Before: "Alice", After: hostile}, "roles": {Before: nil, After: []string{"a", "b"}}})
	w := b.get("/admin/audit/" + r.ID.String())
	require.Equal(t, http.StatusOK, w.Code)
	page := w.Body.String()
	for _, want := range []string{"<pre>Alice</pre>", "192.0.2.7", "r-1", `<a href="/admin/users/` + alice.ID.String() + `">alice</a>`, "not chained yet", "<pre>a\nb</pre>"} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<script>alert")
	assert.Equal(t, http.StatusTeapot, b.get("/admin/audit/"+f.id().String()).Code)
	assert.Equal(t, http.StatusTeapot, b.get("/admin/audit/x").Code)
}

// The export has all pages of the list, and only what the filter selects.
func TestAuditLogIsExported(t *testing.T) {
	f := newFixture(t, nil)
	root, alice := f.user("root", account.RoleAdmin), f.user("=cmd()")
	b := f.signIn(root)
	for range 130 {
		f.act(root, alice, audit.UserUpdate, nil)
	}
	f.act(root, alice, audit.FactorReset, audit.Details(map[string]any{"n": 1}))
	w := b.send(b.request(http.MethodGet, exportOf(t, b, "/admin/audit?action=user.update", "jsonl"), http.NoBody))
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	assert.Len(t, lines, 130)
	var one map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &one))
	assert.Equal(t, "user.update", one["action"])
	assert.Nil(t, one["sequence"])
	assert.Contains(t, w.Header().Get("Content-Disposition"), `.jsonl"`)

	f.later(time.Second)
	w = b.get(exportOf(t, b, "/admin/audit?action=factor.reset", "csv"))
	assert.Equal(t, "text/csv; charset=utf-8; header=present", w.Header().Get("Content-Type"))
	rows, err := csv.NewReader(w.Body).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 2)
	assert.Equal(t, "action", rows[0][2])
	assert.Equal(t, "factor.reset", rows[1][2])
	assert.JSONEq(t, `{"n":{"before":null,"after":1}}`, rows[1][15])

	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.LogExport}, 5)
	require.NoError(t, err)
	require.Len(t, records, 2, "who has a copy of what is on record")
	assert.Equal(t, []any{root.ID.String(), "csv", "factor.reset"}, []any{records[0].Actor.ID, records[0].Changes["format"].After, records[0].Changes["filter_action"].After})
}

// exportOf is where the page of a filter leads for an export.
func exportOf(t *testing.T, b *browser, page, format string) string {
	t.Helper()
	link := regexp.MustCompile(`href="(/admin/audit/export\?[^"]*format=` + format + `[^"]*)"`).FindStringSubmatch(b.get(page).Body.String())
	require.NotNil(t, link)
	return html.UnescapeString(link[1])
}

func TestExportWithoutAFilter(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	require.NoError(t, f.store.AppendRecord(t.Context(), audit.Record{ID: f.id(), At: *f.now.Load(), Action: audit.LimitReset, Outcome: audit.Done, Actor: audit.Actor{Kind: audit.ClientActor, ID: "app"}}))
	for _, format := range []string{"csv", "jsonl"} {
		w := b.get(exportOf(t, b, "/admin/audit", format))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), "limit.reset")
	}
}

// A spreadsheet must not compute what a browser said of itself, nor in a cell that it makes itself.
func TestExportHasNoFormulas(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin)
	for i, agent := range []string{
		`=HYPERLINK("https://evil.example")`, "+1", "-1", "@sum", "\t=1", "\uff1d1+1", `x;=HYPERLINK("https://evil.example")`, "x; =1", `x;"=1"`, "x,+1", "x\n@sum", "x|-1", "x\t=1",
	} {
		require.NoError(t, f.store.AppendRecord(t.Context(), audit.Record{
			ID: f.id(), At: f.now.Load().Add(time.Duration(i)), Action: audit.LimitReset, Outcome: audit.Done, Actor: audit.Actor{Kind: audit.ClientActor, ID: "app", UserAgent: agent},
		}))
	}
	rows, err := csv.NewReader(f.signIn(root).get("/admin/audit/export?format=csv&action=limit.reset").Body).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 14)
	for _, row := range rows[1:] {
		for _, cell := range strings.FieldsFunc(row[9], func(r rune) bool { return strings.ContainsRune(";,|\t\n", r) }) {
			assert.NotContains(t, "=+-@\uff1d", string([]rune(strings.Trim(cell, ` "`))[0]), row[9])
		}
	}
}

// A filter that is wrong exports nothing, instead of everything.
func TestWrongFilterExportsNothing(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	assert.Equal(t, "/admin/audit?format=csv&since=x", location(t, b.get("/admin/audit/export?since=x&format=csv")))
}

func (f *fixture) id() provider.ID { return provider.NewID(*f.now.Load(), rand.Reader) }

// brokenLog fails after the first records of an export.
type brokenLog struct{ *storage.Store }

func (b brokenLog) SelectedEntries(ctx context.Context, of audit.Filter, after provider.ID, limit int) ([]chain.Entry, error) {
	if !after.IsZero() {
		return nil, provider.ErrUnavailable
	}
	return b.Store.SelectedEntries(ctx, of, after, limit)
}

// A file that is not complete must not look as if it were.
func TestBrokenExportClosesTheConnection(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.Audit = brokenLog{c.Audit.(*storage.Store)} })
	root := f.user("root", account.RoleAdmin)
	b := f.signIn(root)
	for range 100 {
		f.act(root, root, audit.UserUpdate, nil)
	}
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { b.get("/admin/audit/export") })
}
