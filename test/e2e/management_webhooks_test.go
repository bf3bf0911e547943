package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

func TestManagementOfWebhooks(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.ReadScope("webhooks"), audit.WriteScope("webhooks")))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/webhooks", "").status == http.StatusOK }, "the client is unknown")
		assert.JSONEq(t, `{"webhooks":[]}`, s.manage(caller, http.MethodGet, "/webhooks", "").body)

		for body, pointer := range map[string]string{
			`{}`:                                   "/url",
			`{"url":"http://receiver.example"}`:    "/url",
			`{"URL":"https://receiver.test/"}`:     "/URL",
			`{"url":"https://u:p@receiver.test/"}`: "/url",
			`{"url":"https://receiver.test/","event_types":["user.made"]}`:                            "/event_types",
			`{"url":"https://receiver.test/","event_types":null}`:                                     "/event_types",
			`{"url":"https://receiver.test/","description":"` + strings.Repeat("a", 501) + `"}`:       "/description",
			`{"url":"https://receiver.test/","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`:      "/secret",
			`{"url":"https://receiver.test/","url":"https://10.0.0.1/","event_types":["user.made"] }`: "",
		} {
			got := s.manage(caller, http.MethodPost, "/webhooks", body)
			assert.Equal(t, http.StatusBadRequest, got.status, "%s: %s", body, got.body)
			assert.Contains(t, got.body, `"`+pointer, body)
		}

		const hook = `{"url":"https://receiver.test/events","event_types":["user.deleted","user.created"],"description":"CRM"}`
		made := s.manage(caller, http.MethodPost, "/webhooks", hook, "Idempotency-Key", "1")
		require.Equal(t, http.StatusCreated, made.status, made.body)
		assert.Equal(t, made.body, s.manage(caller, http.MethodPost, "/webhooks", hook, "Idempotency-Key", "1").body)
		assert.True(t, strings.HasPrefix(made.json(t)["secret"].(string), "whsec_"))
		path := "/webhooks/" + made.json(t)["id"].(string)
		read := s.manage(caller, http.MethodGet, path, "")
		assert.NotContains(t, read.body, "whsec_")
		assert.Equal(t, []any{"user.created", "user.deleted"}, read.json(t)["event_types"])

		etag := read.header.Get("Etag")
		changed := s.manage(caller, http.MethodPatch, path, `{"description":"The CRM","event_types":[]}`, "If-Match", etag)
		require.Equal(t, http.StatusOK, changed.status, changed.body)
		assert.Equal(t, "https://receiver.test/events", changed.json(t)["url"])
		assert.Equal(t, []any{}, changed.json(t)["event_types"])
		assert.Equal(t, http.StatusPreconditionFailed, s.manage(caller, http.MethodPatch, path, `{"description":"Late"}`, "If-Match", etag).status)
		for _, body := range []string{`{"url":null}`, `{"Description":"lost"}`} {
			assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodPatch, path, body).status, body)
		}
		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodPut, path, `{"url":"https://receiver.test/v2"}`).status)
		assert.Empty(t, s.manage(caller, http.MethodGet, path, "").json(t)["description"], "what a replacement does not name has its default")

		ping := s.manage(caller, http.MethodPost, path+"/test", "")
		require.Equal(t, http.StatusAccepted, ping.status, ping.body)
		delivery := "/deliveries/" + ping.json(t)["delivery_id"].(string) + "/redeliver"
		other := "/webhooks/" + s.manage(caller, http.MethodPost, "/webhooks", hook).json(t)["id"].(string)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodPost, other+delivery, "").status, "a delivery to another webhook")
		assert.JSONEq(t, `{"deliveries":[]}`, s.manage(caller, http.MethodGet, other+"/deliveries", "").body)
		assert.Contains(t, s.manage(caller, http.MethodGet, path+"/deliveries", "").body, `"type":"ping"`)
		for body, status := range map[string]int{`{}`: http.StatusBadRequest, `{"since":"yesterday"}`: http.StatusBadRequest, `{"since":"2026-01-01T00:00:00Z"}`: http.StatusAccepted} {
			assert.Equal(t, status, s.manage(caller, http.MethodPost, path+"/redeliver", body).status, body)
		}
		for body, status := range map[string]int{`{"overlap_seconds":-1}`: http.StatusBadRequest, `{"overlap_seconds":2592001}`: http.StatusBadRequest, `{"overlap_seconds":0}`: http.StatusCreated} {
			assert.Equal(t, status, s.manage(caller, http.MethodPost, path+"/secrets", body).status, body)
		}

		page := s.manage(caller, http.MethodGet, "/webhooks?limit=1", "")
		cursor := page.json(t)["next_cursor"].(string)
		assert.Contains(t, s.manage(caller, http.MethodGet, "/webhooks?limit=1&cursor="+cursor, "").body, other[len("/webhooks/"):])
		assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodGet, path+"/deliveries?cursor="+cursor, "").status, "of another list")

		require.Equal(t, http.StatusOK, s.manage(caller, http.MethodPatch, path, `{"disabled":true}`).status)
		assert.Equal(t, http.StatusConflict, s.manage(caller, http.MethodPost, path+"/test", "").status)
		conditional := s.manage(caller, http.MethodDelete, path, "", "If-Match", etag)
		assert.Equal(t, http.StatusBadRequest, conditional.status, "a condition is not ignored")
		assert.Contains(t, conditional.body, "If-Match")
		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, path, "").status)
		for _, operation := range []string{"GET ", "DELETE ", "GET /deliveries", "POST /test", "POST " + delivery} {
			method, below, _ := strings.Cut(operation, " ")
			assert.Equal(t, http.StatusNotFound, s.manage(caller, method, path+below, "").status, operation)
		}
	})
}
