package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const explainPath = Path + "/explain"

// refusals opens error ids.
type refusals interface {
	Open(id string) (refusal.Record, error)
}

// checks explains what refused a request.
type checks interface {
	Explain(check refusal.Check) refusal.Entry
}

// explainPage says what an error id means.
type explainPage struct {
	shell

	// Pasted is the error id or address, and Unknown tells that it is none of this server.
	Pasted  string
	Unknown bool
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

// fixPart is a part of a fix: text, or what is typed into a shell.
type fixPart struct {
	Text string
	Code bool
}

// FixParts are the fix, in which commands stand between backticks.
func (e explainedRefusal) FixParts() []fixPart {
	var parts []fixPart
	for i, text := range strings.Split(e.Fix, "`") {
		parts = append(parts, fixPart{text, i%2 == 1})
	}
	return parts
}

// OfTime tells whether two times were compared.
func (e explainedRefusal) OfTime() bool { return e.Field == refusal.FieldTime }

func (c *Console) serveExplain(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := explainPage{shell: c.shell(w, r, v, explainPath), Pasted: trimmed(r.URL.Query(), "error")}
	status := http.StatusOK
	if page.Pasted != "" {
		record, err := c.Refusals.Open(refusal.IDIn(page.Pasted))
		switch {
		case errors.Is(err, refusal.ErrUnknownID):
			page.Unknown, status = true, http.StatusUnprocessableEntity
		case err != nil:
			return err
		default:
			if page.Refusal, err = c.explained(r.Context(), record); err != nil {
				return err
			}
		}
	}
	return c.pages.For(r).Write(w, status, "explain", page, r.URL.RequestURI())
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

func pathOfError(id string) string { return wire.Path(explainPath, url.Values{"error": {id}}) }
