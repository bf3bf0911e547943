package console

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const explainPath = Path + "/explain"

// errorField is the field with an error id, checkNameField that with the name of a check.
const (
	errorField     = "error"
	checkNameField = "check"
)

// refusals opens error ids.
type refusals interface {
	Open(id string) (refusal.Record, error)
}

// checks explains what refused a request.
type checks interface {
	Explain(check refusal.Check) refusal.Entry
	// Checks are those that are explained.
	Checks() []refusal.Check
}

// explainPage says what an error id means.
type explainPage struct {
	shell

	// Pasted is the error id or address, and Unknown tells that it is none of this server.
	Pasted  string
	Unknown bool
	// Request: it looks like a request id.
	Request bool
	// Refusal is nil without an error id.
	Refusal *explainedRefusal
}

// explainedRefusal is a record with what there is to say about it now.
type explainedRefusal struct {
	refusal.Record
	refusal.Entry

	// Client is the client as it is registered now; nil: it is not, or the refusal is about none.
	Client *client.Client
}

// Registered is what the client has by now of what was compared.
func (e explainedRefusal) Registered() []string {
	if e.Client == nil {
		return nil
	}
	return e.Client.Registered(e.Field)
}

// FixSpans are the fix, in which commands stand between backquotes.
func (e explainedRefusal) FixSpans() []pages.Span { return pages.Spans(e.Fix) }

// OfTime tells whether two times were compared.
func (e explainedRefusal) OfTime() bool { return e.Field == refusal.FieldTime }

// explains tells whether a text is the name of a check.
func (c *Console) explains(text string) bool {
	return slices.Contains(c.Checks.Checks(), refusal.Check(text))
}

// OfCheck tells whether this is about a check, and about no request in particular.
func (e explainedRefusal) OfCheck() bool { return e.At.IsZero() }

// serveExplain explains the error id or the check of a link, or shows the form.
func (c *Console) serveExplain(w http.ResponseWriter, r *http.Request, v *viewer) error {
	id := trimmed(r.URL.Query(), errorField)
	page := explainPage{shell: c.shell(w, r, v, explainPath), Pasted: id}
	if check := r.URL.Query().Get(checkNameField); id == "" && c.explains(check) {
		page.Refusal = &explainedRefusal{Record: refusal.Record{Check: refusal.Check(check)}, Entry: c.Checks.Explain(refusal.Check(check))}
		return c.writeExplain(w, r, http.StatusOK, page)
	}
	record, err := c.Refusals.Open(id)
	switch {
	case id == "":
		return c.writeExplain(w, r, http.StatusOK, page)
	case errors.Is(err, refusal.ErrUnknownID):
		return c.unexplained(w, r, page)
	case err != nil:
		return err
	}
	if page.Refusal, err = c.explained(r.Context(), record); err != nil {
		return err
	}
	return c.writeExplain(w, r, http.StatusOK, page)
}

// serveExplanation leads to what was pasted. It is posted, since an address may have a code or a token in it, and leads to
// an address that has nothing but the error id.
func (c *Console) serveExplanation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	pasted := trimmed(form, errorField)
	id := refusal.IDIn(pasted)
	switch _, err := c.Refusals.Open(id); {
	case errors.Is(err, refusal.ErrUnknownID):
		return c.unexplained(w, r, explainPage{shell: c.shell(w, r, v, explainPath), Pasted: pasted})
	case err != nil:
		return err
	}
	wire.SeeOther(w, pathOfError(id), nil)
	return nil
}

// unexplained shows the form again for what is no error id.
func (c *Console) unexplained(w http.ResponseWriter, r *http.Request, page explainPage) error {
	canonical.From(r.Context()).Outcome("invalid")
	page.Unknown, page.Request = true, isRequestID(page.Pasted)
	return c.writeExplain(w, r, http.StatusUnprocessableEntity, page)
}

func (c *Console) writeExplain(w http.ResponseWriter, r *http.Request, status int, page explainPage) error {
	again := explainPath
	if r.Method == http.MethodGet {
		again = r.URL.RequestURI()
	}
	return c.pages.For(r).Write(w, status, "explain", page, again)
}

// isRequestID tells whether a text looks like a request id that this server made (32 hexadecimal digits). Requests are in
// the log only, with that id.
func isRequestID(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == 16
}

func (c *Console) explained(ctx context.Context, record refusal.Record) (*explainedRefusal, error) {
	e := &explainedRefusal{Record: record, Entry: c.Checks.Explain(record.Check)}
	if record.ClientID == "" {
		return e, nil
	}
	found, err := c.Clients.Client(ctx, record.ClientID)
	if errors.Is(err, provider.ErrNotFound) {
		return e, nil
	}
	e.Client = found
	return e, err
}

func pathOfError(id string) string { return wire.Path(explainPath, url.Values{errorField: {id}}) }
