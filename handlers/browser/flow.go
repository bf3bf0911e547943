package browser

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// flowLifetime is how long a user may take. The request to a passkey on the pages lasts as long.
const flowLifetime = passkey.SignInLifetime

// progress is an authorization request in progress. It is sealed in a hidden field of a form and in
// the URL that leads back to authorize.
type progress struct {
	ID        provider.ID `json:"i"`
	StartedAt time.Time   `json:"s"`
	// Params are the parameters as Unfold read them, and Signed that they were in a request object:
	// the object itself is never looked at again.
	Params string `json:"q"`
	Signed bool   `json:"o,omitempty"`
	// UserID is set on the consent page: the user who is asked.
	UserID provider.ID `json:"u,omitzero"`
	// Shown is what the consent page asked for, and ShownOf when the client was changed the last time before that.
	Shown   *consent.Agreement `json:"a,omitempty"`
	ShownOf time.Time          `json:"r,omitzero"`
	// Language is what the user chose on a page of the flow. It goes before what the application
	// asked for.
	Language string `json:"l,omitempty"`
}

// localized is the pages in the language of the flow.
func (b *Browser) localized(r *http.Request, f oauth.Flow) pages.Localized {
	return b.Pages.For(r, f.Request.UILocales...)
}

// begin makes the flow of a new request.
func (b *Browser) begin(ctx context.Context, form url.Values) (progress, error) {
	now := b.Clock.Now(ctx)
	parameters, r, err := b.Authorize.Unfold(ctx, form)
	if err != nil {
		return progress{}, b.errorForApplication(oauth.Flow{Request: r}, err)
	}
	return progress{ID: provider.NewID(now, b.Random), StartedAt: now, Params: parameters.Form.Encode(), Signed: parameters.Signed}, nil
}

// maxFlow bounds a sealed flow, which pages send back in a URL, and maxPlainFlow one that was compressed.
const (
	maxFlow      = wire.MaxQuery - len("flow=")
	maxPlainFlow = 128 << 10
)

// compressed marks a flow that was compressed. One that was not is a JSON object.
const compressed = 'z'

// seal binds the flow to the browser, and sets the cookie when there is none yet. The application learns that its
// request is too long now, and not after the sign-in. What would be is compressed: a request object from a URI may be
// as long as a flow, and its claims are longer in it.
func (b *Browser) seal(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow) (string, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	text := b.Web.Seal(w, r, websession.Authorization, plain)
	if len(text) > maxFlow && len(plain) <= maxPlainFlow {
		if plain, err = deflated(plain); err != nil {
			return "", err
		}
		text = b.Web.Seal(w, r, websession.Authorization, plain)
	}
	if len(text) > maxFlow {
		return "", b.errorForApplication(f, refusal.New(refusal.InvalidRequest, refusal.CheckBodySize,
			fmt.Sprintf("The request is too long for the sign-in: it takes %d bytes, of at most %d.", len(text), maxFlow)))
	}
	return text, nil
}

func deflated(plain []byte) ([]byte, error) {
	short := bytes.NewBuffer([]byte{compressed})
	w, err := flate.NewWriter(short, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return short.Bytes(), nil
}

func inflated(text []byte) ([]byte, error) {
	if len(text) == 0 || text[0] != compressed {
		return text, nil
	}
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(text[1:])), maxPlainFlow))
}

// open reads a flow back. It refuses one that was made for another browser or changed: otherwise an
// attacker could have a victim finish the attacker's flow (Dex CVE-2022-39222, Hydra PR 770).
func (b *Browser) open(r *http.Request, text string) (progress, error) {
	broken := refusal.New(refusal.InvalidRequest, refusal.CheckFlow, "This page was opened in another browser, is too old, or was changed.")
	plain, err := b.Web.Open(r, websession.Authorization, text)
	if err == nil {
		plain, err = inflated(plain)
	}
	if err != nil {
		return progress{}, broken
	}
	var p progress
	if err := json.Unmarshal(plain, &p); err != nil {
		return progress{}, broken
	}
	if now := b.Clock.Now(r.Context()); now.Sub(p.StartedAt) > flowLifetime {
		return progress{}, broken
	}
	return p, nil
}

// request checks the request of a flow again: the client may have been changed in the meantime, and
// a sealed request must not bypass a check (Keycloak CVE-2026-7571).
func (b *Browser) request(ctx context.Context, p progress) (oauth.Flow, error) {
	form, err := wire.Parameters(p.Params)
	if err != nil {
		return oauth.Flow{}, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The parameters are malformed.").Because(err)
	}
	request, err := b.Authorize.Check(ctx, oauth.Parameters{Form: form, Signed: p.Signed})
	f := oauth.Flow{ID: p.ID, StartedAt: p.StartedAt, Request: request}
	if err != nil {
		return f, b.errorForApplication(f, err)
	}
	if chosen, err := language.Parse(p.Language); err == nil {
		request.UILocales = append([]language.Tag{chosen}, request.UILocales...)
	}
	return f, nil
}
