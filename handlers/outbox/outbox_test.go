package outbox_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/outbox"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

type messages struct {
	list []notify.Stored
	err  error
}

func (m messages) Messages(context.Context, int) ([]notify.Stored, error) { return m.list, m.err }

func (messages) AddMessage(context.Context, notify.Stored) error { return nil }

func (messages) MessagesTo(context.Context, []string, []provider.ID) ([]notify.Stored, error) {
	return nil, nil
}

func (messages) NthSMS(context.Context, string, time.Time, int) (at time.Time, err error) {
	return at, nil
}

func (messages) LatestMessages(context.Context, string, provider.ID, int) (a, b notify.Numbered, err error) {
	return a, b, nil
}

type codes map[provider.ID]string

func (c codes) Code(_ context.Context, id provider.ID) (code, link string, err error) {
	if c[id] == "" {
		return "", "", provider.ErrNotFound
	}
	return c[id], "http://localhost:8080/verify?v=" + id.String(), nil
}

func routes(t *testing.T, stored messages, c codes) []route.Route {
	t.Helper()
	texts, err := notify.NewTexts(notify.Brand{Product: "Gatehouse", Issuer: "http://localhost:8080"})
	require.NoError(t, err)
	set, err := pages.New(pages.Settings{Dev: true})
	require.NoError(t, err)
	return outbox.New(notify.NewViewer(stored, c, texts), set).Routes()
}

// get serves a route.
func get(t *testing.T, stored messages, c codes, path string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	w := httptest.NewRecorder()
	for _, line := range routes(t, stored, c) {
		if line.Path == path {
			return w, line.Handler(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		}
	}
	t.Fatal("no route " + path)
	return nil, nil
}

func TestOutboxForPrograms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	stored := messages{list: []notify.Stored{
		{Message: notify.Message{ID: provider.ID{3}, Channel: notify.SMS, To: "+4915112345678", Kind: notify.ResetPassword, Verification: provider.ID{9}, CreatedAt: at}},
		{Message: notify.Message{ID: provider.ID{2}, Channel: notify.Mail, To: "a@example.com", Kind: notify.ContactChanged, Verification: provider.ID{9}, Locale: "de", CreatedAt: at}},
		{Message: notify.Message{ID: provider.ID{1}, Channel: notify.Mail, To: "b@example.com", Kind: notify.ConfirmContact, Verification: provider.ID{8}, CreatedAt: at}},
	}}
	w, err := get(t, stored, codes{{9}: "12345678"}, outbox.JSONPath)
	require.NoError(t, err)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Contains(t, w.Body.String(), `[{"id":"03000000-0000-0000-0000-000000000000","channel":"sms","to":"+4915112345678","kind":"reset_password","subject":"",`+
		`"text":"12345678 is your code for a new password at Gatehouse. Don't share it with anyone.\n\n@localhost #12345678",`+
		`"code":"12345678","link":"http://localhost:8080/verify?v=09000000-0000-0000-0000-000000000000","created_at":"2026-03-04T05:06:07Z"},`)
	assert.Contains(t, w.Body.String(), `"subject":"Die E-Mail-Adresse Ihres Kontos bei Gatehouse wurde geändert"`)
	assert.Contains(t, w.Body.String(), `"code":"","link":"http://localhost:8080/verify?v=09000000-0000-0000-0000-000000000000\u0026ui_locales=de","created_at"`, "it undoes, and has no code")
	assert.Contains(t, w.Body.String(), `"subject":"Confirm your new address for Gatehouse","text":"","code":"","link":"",`, "it has expired")

	w, err = get(t, messages{}, nil, outbox.JSONPath)
	require.NoError(t, err)
	assert.JSONEq(t, "[]", w.Body.String())
	_, err = get(t, messages{err: errors.New("away")}, nil, outbox.JSONPath)
	require.ErrorContains(t, err, "away")
}

func TestOutboxForPeople(t *testing.T) {
	t.Parallel()
	w, err := get(t, messages{}, nil, outbox.Path)
	require.NoError(t, err)
	assert.Contains(t, w.Body.String(), `id="outbox-empty"`)
	stored := messages{list: []notify.Stored{
		{Message: notify.Message{ID: provider.ID{2}, Channel: notify.Mail, To: "a@example.com", Kind: notify.ConfirmContact, Verification: provider.ID{9}}},
		{Message: notify.Message{ID: provider.ID{1}, Channel: notify.Mail, To: "b@example.com", Kind: notify.ConfirmContact, Verification: provider.ID{8}}},
	}}
	w, err = get(t, stored, codes{{9}: "12345678"}, outbox.Path)
	require.NoError(t, err)
	assert.NotContains(t, w.Body.String(), `id="outbox-empty"`)
	assert.Contains(t, w.Body.String(), "<code>12345678</code>")
	assert.Contains(t, w.Body.String(), `href="http://localhost:8080/verify?v=09000000-0000-0000-0000-000000000000&amp;ui_locales=en"`)
	assert.Contains(t, w.Body.String(), "has expired")
	_, err = get(t, messages{err: errors.New("away")}, nil, outbox.Path)
	require.ErrorContains(t, err, "away")
}

// What a mail contains is shown in a frame in which nothing runs, and which fetches nothing.
func TestOutboxShowsMails(t *testing.T) {
	t.Parallel()
	mail, sms, expired := provider.ID{2}, provider.ID{3}, provider.ID{4}
	stored := messages{list: []notify.Stored{
		{Message: notify.Message{ID: mail, Channel: notify.Mail, To: "a@example.com", Kind: notify.ConfirmContact, Verification: provider.ID{9}}},
		{Message: notify.Message{ID: sms, Channel: notify.SMS, To: "+4915112345678", Kind: notify.ConfirmContact, Verification: provider.ID{9}}},
		{Message: notify.Message{ID: expired, Channel: notify.Mail, To: "b@example.com", Kind: notify.ConfirmContact, Verification: provider.ID{8}}},
	}}
	w, err := get(t, stored, codes{{9}: "12345678"}, outbox.Path)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(w.Body.String(), "<iframe"), "an SMS has none, nor has what expired")
	assert.Contains(t, w.Body.String(), `src="/dev/outbox/`+mail.String()+`.html" sandbox `)
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-src 'self'")

	show := func(stored messages, id string) (*httptest.ResponseRecorder, error) {
		w := httptest.NewRecorder()
		for _, line := range routes(t, stored, codes{{9}: "12345678"}) {
			if line.Name == "outbox mail" {
				return w, line.Handler(w, mux.SetURLVars(httptest.NewRequest(http.MethodGet, "/", http.NoBody), map[string]string{"id": id}))
			}
		}
		return w, errors.New("no route")
	}
	w, err = show(stored, mail.String())
	require.NoError(t, err)
	assert.Contains(t, w.Body.String(), "<!doctype html>")
	assert.Equal(t, "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'", w.Header().Get("Content-Security-Policy"))
	for _, id := range []string{sms.String(), expired.String(), provider.ID{5}.String(), "no id"} {
		w, err = show(stored, id)
		var refused *refusal.Refusal
		require.ErrorAs(t, err, &refused, id)
		assert.Equal(t, refusal.NotFound, refused.Code)
		assert.Empty(t, w.Body.String())
	}
	_, err = show(messages{err: errors.New("away")}, mail.String())
	require.ErrorContains(t, err, "away")
}
