package console

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

const findPath = Path + "/find"

// findField is the field with what was pasted.
const findField = "find"

// mostPasted bounds what is looked up, in bytes: a JWT is the longest.
const mostPasted = 8 << 10

// findPage says what a text is.
type findPage struct {
	shell
	findings

	// Pasted is the text; empty where it may be a credential, which no page shows again.
	Pasted string
	// Asked: something was pasted.
	Asked bool
}

// findings are what a text may be.
type findings struct {
	Matches []match
	// JWT is what a JWT says; nil: it is none.
	JWT *jwtContent
	// Hint is the name of a text about what it is where there is no page for it: hint and it.
	Hint string
	// Credential: it is, or may be, one.
	Credential bool
}

// match is a thing that a text names.
type match struct {
	// Kind is the name of what it is.
	Kind string `json:"-"`
	// What is Kind in the language of the viewer.
	What string `json:"what"`
	Name string `json:"name"`
	// Path is that of its page.
	Path string `json:"path"`
}

// finder adds what a text is.
type finder func(ctx context.Context, text string, found *findings) error

func (c *Console) serveFindForm(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.pages.For(r).Write(w, http.StatusOK, "find", findPage{shell: c.shell(w, r, v, findPath)}, findPath)
}

// serveFind leads to what was pasted. It is a form that is posted, since tokens must not be in addresses; a script may
// ask for the list alone.
func (c *Console) serveFind(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	text := trimmed(form, findField)
	found, err := c.find(r.Context(), v, text)
	if err != nil {
		return err
	}
	p := c.pages.For(r)
	for i, m := range found.Matches {
		found.Matches[i].What = p.Text("find.kind." + m.Kind)
	}
	if r.Header.Get("Accept") == "application/json" {
		return wire.WriteJSON(w, http.StatusOK, map[string]any{"matches": append([]match{}, found.Matches...)})
	}
	if len(found.Matches) == 1 && found.JWT == nil {
		wire.SeeOther(w, found.Matches[0].Path, nil)
		return nil
	}
	page := findPage{shell: c.shell(w, r, v, findPath), findings: found, Asked: text != ""}
	if !found.Credential {
		page.Pasted = text
	}
	return p.Write(w, http.StatusOK, "find", page, findPath)
}

// find asks all that a viewer may read.
func (c *Console) find(ctx context.Context, v *viewer, text string) (found findings, err error) {
	if text == "" || len(text) > mostPasted {
		return found, nil
	}
	for _, f := range []struct {
		noun string
		find finder
	}{
		{"errors", c.findError}, {"clients", c.findRegistration}, {"tokens", c.findToken}, {"sessions", c.findSession}, {"audit", c.findRecord}, {"clients", c.findClient}, {"users", c.findUser},
	} {
		if !v.may(audit.ReadScope(f.noun)) {
			continue
		}
		if err := f.find(ctx, text, &found); err != nil {
			return found, err
		}
		if found.Credential || len(found.Matches) > 0 && f.noun == "errors" {
			break // nothing else looks like it
		}
	}
	if len(found.Matches) == 0 && found.Hint == "" && isRequestID(text) {
		found.Hint = "request"
	}
	return found, nil
}
