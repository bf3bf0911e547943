package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// renderer writes every error response of the server.
type renderer struct {
	issuer   string
	records  *refusal.Recorder
	refusals *refusal.Catalogue
	clock    provider.Clock
	pages    *pages.Set
}

// hungUp is the outcome of a request whose client closed the connection.
const hungUp = "hung_up"

// refuse writes the response to err, fills in the log line and seals the record of the error_uri.
// When a part of a response was sent already, it only fills in the log line.
func (re *renderer) refuse(w http.ResponseWriter, r *http.Request, as route.Format, err error) {
	line := canonical.From(r.Context())
	answer := answerTo(err)
	id := re.records.ID(refusal.Record{
		At: re.clock.Now(r.Context()), Code: answer.Code, Check: answer.Check, ClientID: answer.ClientID,
		Field: answer.Field, Expected: answer.Expected, Received: answer.Received,
		Route: line.Route, RequestID: line.RequestID,
	})
	line.Refused(answer, id, causeOf(err))
	if errors.Is(r.Context().Err(), context.Canceled) {
		line.Outcome(hungUp) // by the client: no failure of the server
	}
	if line.Status != 0 {
		return
	}

	var elsewhere errorResponder
	if errors.As(err, &elsewhere) && elsewhere.RespondError(w, r, answer.Code, describable(answer.Description), re.issuer+errorsPath+id) == nil {
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("Content-Length")
	h.Del("ETag")
	if answer.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(wholeSeconds(answer.RetryAfter), 10))
	}
	if answer.Challenge != "" {
		h.Set("WWW-Authenticate", answer.Challenge)
	}
	if as == route.Negotiated {
		h.Add("Vary", "Accept")
	}
	if as == route.HTML || as == route.Negotiated && prefers(r, typeHTML, typeJSON) {
		pageErr := re.page(w, re.localized(r, err), answer, id, line.RequestID)
		if pageErr == nil {
			return
		}
		line.Refused(answer, id, errors.Join(causeOf(err), pageErr))
	}
	re.json(w, answer, id)
}

// errorResponder is an error whose response goes to the client's redirect URI by the browser.
type errorResponder interface {
	RespondError(w http.ResponseWriter, r *http.Request, code refusal.Code, description, uri string) error
}

// causeOf is the cause that is logged: that of a refusal, and any other error itself.
func causeOf(err error) error {
	if r, ok := err.(*refusal.Refusal); ok { //nolint:errorlint // only where it is not wrapped
		return r.Cause
	}
	return err
}

// json writes the error response of RFC 6749 section 5.2, in the management API with the fields that
// are wrong.
func (re *renderer) json(w http.ResponseWriter, answer *refusal.Refusal, id string) {
	_ = wire.WriteJSON(w, answer.HTTPStatus(), struct {
		Error       refusal.Code      `json:"error"`
		Description string            `json:"error_description"`
		URI         string            `json:"error_uri"`
		Errors      []refusal.Problem `json:"errors,omitempty"`
	}{answer.Code, describable(answer.Description), re.issuer + errorsPath + id, answer.Problems})
}

// localized is the pages in the language of the request, or of the flow that it belongs to.
func (re *renderer) localized(r *http.Request, err error) pages.Localized {
	var inFlow interface {
		error
		UILocales() []language.Tag
	}
	if errors.As(err, &inFlow) {
		return re.pages.For(r, inFlow.UILocales()...)
	}
	return re.pages.For(r)
}

func (re *renderer) page(w http.ResponseWriter, in pages.Localized, answer *refusal.Refusal, id, requestID string) error {
	entry := re.refusals.Explain(answer.Check)
	page := pages.Error{
		Meaning: meaning(answer.Check, entry), Description: answer.Description,
		About: errorsPath + id, RequestID: requestID, Field: string(answer.Field), Expected: answer.Expected, Received: answer.Received,
	}
	if answer.RetryAfter > 0 {
		page.Wait = pages.WaitFor(answer.RetryAfter)
	}
	if answer.Check == refusal.CheckNotFound {
		return in.NotFound(w, page)
	}
	return in.Error(w, answer.HTTPStatus(), page)
}

func meaning(check refusal.Check, entry refusal.Entry) pages.Meaning {
	return pages.Meaning{Check: check, Title: entry.Title, Explanation: entry.Explanation, Hint: entry.Hint}
}

// describable replaces characters that RFC 6749 section 5.2 does not allow in a description: it
// allows printable ASCII without the quotation mark and the backslash.
func describable(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '"':
			return '\''
		case c == '\\':
			return '/'
		case c < ' ' || c > '~':
			return ' '
		default:
			return c
		}
	}, text)
}
