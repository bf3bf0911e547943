package ownaccount

import (
	"errors"
	"net/http"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func (o *OwnAccount) serveAppsPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	apps, err := o.Apps.List(r.Context(), s.User.ID)
	if err != nil {
		return err
	}
	in := o.Pages.For(r)
	words, err := o.words(r, in.Preferred())
	if err != nil {
		return err
	}
	what := o.said(r, s)
	page := pages.OwnApps{Own: o.own(w, r, s, appsPath), Ended: what.App}
	if what.Receipt != "" {
		page.Receipt = receiptsPath + what.Receipt
	}
	for _, app := range apps {
		shown := pages.OwnApp{
			ClientID: app.ClientID, Name: app.Name, Logo: o.Logo(app.ClientID, app.LogoURI), Network: origin.Network(app.Address), Since: app.Since, Used: app.UsedAt,
			SignIns: int(app.SignIns), Refreshes: int(app.Refreshes),
			Unverified: app.Unverified, Hosts: app.Hosts,
		}
		if !app.Unverified { // this server leads nobody there unasked
			shown.Open = client.InitiateLogin(app.InitiateLoginURI, o.Issuer)
		}
		for _, name := range app.Scopes {
			if name != "openid" { // signing in is what every application here is for
				shown.Scopes = append(shown.Scopes, pages.Scope{Name: name, Description: words[name], Standard: words[name] != "" && words[name] == consent.StandardDescription(name)})
			}
		}
		page.Apps = append(page.Apps, shown)
	}
	return in.OwnApps(w, page)
}

// words are the descriptions of the scopes.
func (o *OwnAccount) words(r *http.Request, preferred []language.Tag) (map[string]string, error) {
	catalogue, err := o.Scopes.List(r.Context())
	words := make(map[string]string, len(catalogue))
	for _, s := range catalogue {
		words[s.Name] = s.In(preferred...)
	}
	return words, err
}

// serveApps ends all access of an application.
func (o *OwnAccount) serveApps(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	form, err := o.readForm(r, s)
	if err != nil {
		return err
	}
	id := form.Get("client")
	switch err := o.Apps.End(r.Context(), s.User.ID, id); {
	case errors.Is(err, provider.ErrNotFound): // ended by another tab, or there never was any
		wire.SeeOther(w, appsPath, nil)
		return nil
	case err != nil:
		return err
	}
	// Only now it is known that there is such a client: before, it was whatever somebody sent.
	line := canonical.From(r.Context())
	line.Client(id)
	line.Outcome("app_ended")
	names, err := o.Store.ClientNames(r.Context(), []string{id})
	if err != nil {
		return err
	}
	what := pages.OwnSaid{Done: pages.OwnAppEnded, App: names[id]}
	switch record, err := o.Receipts.Latest(r.Context(), s.User.ID, id); {
	case err == nil:
		what.Receipt = record.String()
	case !errors.Is(err, provider.ErrNotFound):
		return err
	}
	return o.done(w, r, s, appsPath, what)
}
