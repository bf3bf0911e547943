package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func secretive() refusal.Record {
	return refusal.Record{
		At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Code: refusal.InvalidClient, Check: refusal.CheckClientSecret,
		ClientID: "private-client", Field: refusal.FieldScope, Expected: "private-expected", Received: "private-received",
		Route: "/private/route", RequestID: "private-request",
	}
}

func TestAnyoneReadsThePublicPartOfAnError(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	address := "/errors/" + f.records.ID(secretive())
	entry := refusal.NewCatalogue(refusal.Limits{}).Explain(refusal.CheckClientSecret)

	page := f.do("GET", address, "")
	assert.Equal(t, http.StatusOK, page.Code)
	for _, shown := range []string{entry.Title, "credentials are missing or wrong", "Check the client id", "invalid_client", "2 January 2026, 03:04:05 UTC"} {
		assert.Contains(t, page.Body.String(), shown)
	}

	data := f.do("GET", address, "", "Accept", "application/json")
	assert.Equal(t, http.StatusOK, data.Code)
	assert.JSONEq(t, `{"error":"invalid_client","title":"`+entry.Title+`","explanation":"`+entry.Explanation+`","hint":"`+entry.Hint+`","time":"2026-01-02T03:04:05Z"}`, data.Body.String())
	assert.Equal(t, "Accept", data.Header().Get("Vary"))

	for _, body := range []string{page.Body.String(), data.Body.String()} {
		assert.NotContains(t, body, "private")
		assert.NotContains(t, body, string(refusal.CheckClientSecret), "it would tell a wrong secret from an unknown client")
		assert.NotContains(t, body, "gatehouse client", "the fix is for the operator")
	}
}

func TestIDsThatCannotBeOpenedAreA404ThatSaysWhy(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	good := f.records.ID(secretive())
	flipped := "A" + good[1:]
	if flipped == good {
		flipped = "B" + good[1:]
	}
	for _, id := range []string{
		"x", good[:len(good)-1], good + "A", flipped, strings.Repeat("A", refusal.MaxIDLength+1), strings.Repeat("A", 8000),
		"%3Cscript%3E", "%00", "..", good + "%2f", "a;b",
	} {
		page := f.do("GET", "/errors/"+id, "")
		assert.Equal(t, http.StatusNotFound, page.Code, id)
		assert.Contains(t, page.Body.String(), "Unknown error id", id)
		assert.Contains(t, page.Body.String(), "cut off or changed when it was copied", id)
		assert.NotContains(t, page.Body.String(), "<script", id)

		data := f.do("GET", "/errors/"+id, "", "Accept", "application/json")
		assert.Equal(t, http.StatusNotFound, data.Code, id)
		assert.Equal(t, "not_found", answered(t, data).Error, id)
	}
}

func TestRecordsOfANewerVersionAreExplainedAsFaults(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	record := secretive()
	record.Check, record.Code = "from_the_future", "<b>"
	page := f.do("GET", "/errors/"+f.records.ID(record), "")
	assert.Equal(t, http.StatusOK, page.Code)
	assert.Contains(t, page.Body.String(), "&lt;b&gt;")
}
