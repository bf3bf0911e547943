package console

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// recordPage is the page about a record of the audit log.
type recordPage struct {
	shell

	Record  namedRecord
	Changes []changed
	// Unreadable is what is stored as the changes where that is no JSON: somebody has changed the record.
	Unreadable string
	// Sequence is the number of the record in the hash chain, and Hash the value there; 0: it is not sealed yet.
	Sequence int64
	Hash     string
}

// changed is a property before and after an act, as JSON; empty: it had no value, or has none any more.
type changed struct{ Name, Before, After string }

func (c *Console) serveRecord(w http.ResponseWriter, r *http.Request, v *viewer) error {
	id, err := provider.ParseID(mux.Vars(r)["record_id"])
	if err != nil {
		return noPage(r)
	}
	e, err := c.Audit.Entry(r.Context(), id)
	if err != nil {
		return found(r, err)
	}
	list, err := c.named(r.Context(), []audit.Record{e.Record})
	if err != nil {
		return err
	}
	page := recordPage{shell: c.shell(w, r, v, auditPath), Record: list[0], Sequence: e.Sequence, Hash: base64.RawURLEncoding.EncodeToString(e.Hash)}
	var changes map[string]struct{ Before, After json.RawMessage }
	if json.Unmarshal([]byte(e.Changes), &changes) != nil {
		page.Unreadable = e.Changes
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		page.Changes = append(page.Changes, changed{name, shownJSON(changes[name].Before), shownJSON(changes[name].After)})
	}
	return c.pages.For(r).Write(w, http.StatusOK, "audit_record", page, r.URL.Path)
}

// shownJSON is a value as a person reads it: a text without its quotes, and one text of a list a line.
func shownJSON(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var texts []string
	if json.Unmarshal(value, &texts) == nil {
		return strings.Join(texts, "\n")
	}
	var indented bytes.Buffer
	if json.Indent(&indented, value, "", "  ") != nil {
		return string(value)
	}
	return indented.String()
}
