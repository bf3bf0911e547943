package console

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
)

// repeats answers what is sent again as the first time.
type repeats interface {
	Once(ctx context.Context, caller idempotency.Caller, key string, request []byte, act func(ctx context.Context) (idempotency.Response, error)) (idempotency.Response, bool, error)
}

// making is a form that makes something new each time it is sent. Sent twice, by a second click or by a reload of the
// answer, it makes one, and shows its secret again: the first answer may be the one that nobody saw.
func (c *Console) making(name, path, noun string, act act) route.Route {
	return c.change(name, path, noun, c.once(act))
}

// once carries out an act a single time for each page that had its form and each content of the form.
func (c *Console) once(next act) act {
	return func(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
		// The token of the page is another one each time the page is shown.
		sent := r.URL.EscapedPath() + "?" + form.Encode()
		caller := idempotency.Caller{Name: "console " + v.session.User.ID.String()}
		var own *answer
		kept, repeated, err := c.Repeats.Once(r.Context(), caller, sent, []byte(sent), func(ctx context.Context) (idempotency.Response, error) {
			own = &answer{header: w.Header().Clone(), status: http.StatusOK}
			if err := next(own, r.WithContext(ctx), v, form); err != nil {
				return idempotency.Response{}, err
			}
			if own.status >= http.StatusBadRequest {
				return idempotency.Response{}, errNothingMade
			}
			return own.kept(w.Header()), nil
		})
		switch {
		case errors.Is(err, errNothingMade):
			own.send(w)
			return nil
		case err != nil:
			return err
		case !repeated:
			own.send(w)
			return nil
		}
		canonical.From(r.Context()).Outcome("repeated")
		if address, leads := kept.Header["Location"]; leads {
			wire.SeeOther(w, address, nil)
			return nil
		}
		// It shows what it has made, such as a secret: no longer than a new one would be made.
		if ok, err := c.proven(w, r, v, form); !ok {
			return err
		}
		for name, value := range kept.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(kept.Status)
		_, _ = w.Write(kept.Body) // fails only when the client has disconnected
		return nil
	}
}

// errNothingMade rolls back what was claimed for a form that was wrong: corrected, it is another one.
var errNothingMade = errors.New("nothing was made")

// answer holds back an answer until what it says is committed.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header            { return a.header }
func (a *answer) WriteHeader(status int)         { a.status = status }
func (a *answer) Write(text []byte) (int, error) { return a.body.Write(text) }

// kept is what is sent again: without cookies, which are of one request, and without what every answer has.
func (a *answer) kept(every http.Header) idempotency.Response {
	header := map[string]string{}
	for name := range a.header {
		if value := a.header.Get(name); name != "Set-Cookie" && value != every.Get(name) {
			header[name] = value
		}
	}
	return idempotency.Response{Status: a.status, Header: header, Body: a.body.Bytes()}
}

func (a *answer) send(w http.ResponseWriter) {
	clear(w.Header())
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes()) // fails only when the client has disconnected
}
