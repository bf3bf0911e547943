package handlers

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// explanation serves the page of an error_uri. It is public, so it shows what the client of that
// request was told or could look up, and nothing else of the record: not the check, which tells a
// wrong secret from an unknown client, not the client, and not the compared values.
func explanation(records *refusal.Recorder, refusals *refusal.Catalogue, set *pages.Set) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		record, err := records.Open(mux.Vars(r)["error_id"])
		w.Header().Add("Vary", "Accept")
		asked := prefers(r, typeJSON, typeHTML)
		switch {
		case err != nil && asked:
			_ = wire.WriteJSON(w, http.StatusNotFound, struct {
				Error       refusal.Code `json:"error"`
				Description string       `json:"error_description"`
			}{refusal.NotFound, "The error id is unknown: it was truncated or changed, or another server issued it."})
			return nil
		case err != nil:
			return set.For(r).UnknownError(w)
		}
		entry := refusals.Explain(record.Check)
		if !asked {
			return set.For(r).Explanation(w, pages.Explanation{
				Meaning: meaning(record.Check, entry), Code: string(record.Code), Time: record.At,
			})
		}
		_ = wire.WriteJSON(w, http.StatusOK, struct {
			Error       refusal.Code `json:"error"`
			Title       string       `json:"title"`
			Explanation string       `json:"explanation"`
			Hint        string       `json:"hint"`
			Time        string       `json:"time"`
		}{record.Code, entry.Title, entry.Explanation, entry.Hint, record.At.Format(time.RFC3339)})
		return nil
	}
}
