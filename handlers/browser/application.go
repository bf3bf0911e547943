package browser

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// reopen reads a flow back and checks its request again.
func (b *Browser) reopen(r *http.Request, sealed string) (progress, oauth.Flow, error) {
	p, err := b.open(r, sealed)
	if err != nil {
		return p, oauth.Flow{}, err
	}
	f, err := b.request(r.Context(), p)
	return p, f, err
}

// Application is the one that a sealed flow is of. Of a flow that cannot go on there is none: the other
// pages do without, and the step that goes on says why it cannot.
func (b *Browser) Application(r *http.Request, sealed string) pages.Application {
	if sealed == "" {
		return pages.Application{}
	}
	_, f, err := b.reopen(r, sealed)
	if err != nil {
		return pages.Application{}
	}
	return application(f.Request.Client)
}

// Cancel is the error that tells the application of a sealed flow that the user did not sign in.
func (b *Browser) Cancel(r *http.Request, sealed string) error {
	_, f, err := b.reopen(r, sealed)
	if err != nil {
		return err
	}
	return b.cancelled(f)
}

func (b *Browser) cancelled(f oauth.Flow) error {
	return b.errorForApplication(f, refusal.New(refusal.AccessDenied, refusal.CheckDenied, "The user did not sign in.").For(f.Request.Client.ID))
}

// declined is cancelled for a person who does not give, or set up, another factor, and may be signed in.
func (b *Browser) declined(r *http.Request, f oauth.Flow) error {
	s, err := b.Web.Current(r)
	if err != nil {
		return b.errorForApplication(f, err)
	}
	if s == nil {
		return b.cancelled(f)
	}
	return b.errorForApplication(f, refusal.New(refusal.AccessDenied, refusal.CheckDenied, "The user is signed in, but did not give the other factor that the request demands.").For(f.Request.Client.ID))
}

func application(c *client.Client) pages.Application {
	return pages.Application{Client: c.Name, Logo: logoPath(c), PolicyURI: c.PolicyURI, TOSURI: c.TOSURI}
}
