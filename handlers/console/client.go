package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/logout"
)

// clients reads clients from the database.
type clients interface {
	client.Finder
	Client(ctx context.Context, id string) (*client.Client, error)
	Named(ctx context.Context, clientID, after string, limit int) (users []client.Named, roles []string, err error)
}

// clientPage is the page about a client.
type clientPage struct {
	shell
	usage

	Client *client.Client
	Path   string
	// Secrets are those that are valid.
	Secrets []client.Secret
	// Days are those that a new secret was to be valid; WrongDays: that is no number of days.
	Days      string
	WrongDays bool
	Users     []client.Named
	// NextUsers is the path with the following ones; empty: these are the last.
	NextUsers string
	// Roles are those whose users may use it.
	Roles    []string
	Tokens   []grant.Listed
	Consents []consent.ClientConsent
	Records  []namedRecord
	Now      time.Time
	// Access is the form that allows a user or a group.
	Access accessForm
	// Registered is how it registered itself; nil: it did not.
	Registered *registered
	// Logouts are the last sign-outs that it is told of, and LogoutsFailed: some of them failed.
	Logouts       []logout.Delivery
	LogoutsFailed bool
	Redelivery    redelivery
	// Open is where a browser begins a sign-in to it; empty: nowhere that may be a link.
	Open string
}

// At is the page with another span.
func (p clientPage) At(span string) string {
	return wire.Path(p.Path, url.Values{"span": {span}}) + "#usage"
}

// Filtered is the list at a path, of what is the client's.
func (p clientPage) Filtered(path string) string {
	return wire.Path(path, url.Values{"client": {p.Client.ID}})
}

// Administers tells whether administrators manage this server through the client.
func (p clientPage) Administers() bool { return p.Client.Administers() }

// OfOne: the sign-outs are those of this client.
func (clientPage) OfOne() bool { return true }

// Names are those of the users of the sign-outs, which are not read here.
func (clientPage) Names() map[provider.ID]string { return nil }

// LinksURI tells whether the address that the application gives of itself may be a link: anything but https is text.
func (p clientPage) LinksURI() bool { return links(p.Client.URI) }

func links(uri string) bool { return strings.HasPrefix(uri, "https://") }

// ForPeople tells whether people sign in to the client.
func (p clientPage) ForPeople() bool { return forPeople(p.Client) }

func forPeople(c *client.Client) bool {
	return slices.ContainsFunc(c.GrantTypes, func(g client.GrantType) bool { return g != client.ClientCredentials })
}

// Everyone tells whether all users may use the client.
func (p clientPage) Everyone() bool { return !p.Client.Restricted }

// mostListed is how many tokens and consents the page of a client shows.
const mostListed = 10

func (c *Console) serveClient(w http.ResponseWriter, r *http.Request, v *viewer) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	return c.writeClient(w, r, v, http.StatusOK, registered, nil)
}

// writeClient writes the page about a client. Typed puts what was typed into its forms; nil: nothing was.
func (c *Console) writeClient(w http.ResponseWriter, r *http.Request, v *viewer, status int, registered *client.Client, typed func(p *clientPage)) error {
	page, err := c.clientPage(r, v, registered)
	if err != nil {
		return err
	}
	if page.shell = c.shell(w, r, v, clientsPath); typed != nil {
		typed(&page)
	}
	page.Redelivery = page.Redelivery.on(page.shell, page.Path+"/logouts", page.Now)
	if page.usage, err = c.clientUsage(r, v, registered, page.Local(page.Now)); err != nil {
		return err
	}
	again := r.URL.RequestURI()
	if status != http.StatusOK { // a form's
		again = page.Path
	}
	return c.pages.For(r).Write(w, status, "client", page, again)
}

func (c *Console) clientPage(r *http.Request, v *viewer, registered *client.Client) (page clientPage, err error) {
	ctx, id := r.Context(), registered.ID
	page = clientPage{Client: registered, Path: clientPath(id), Now: c.now(r)}
	for _, s := range registered.Secrets {
		if s.Live(page.Now) {
			page.Secrets = append(page.Secrets, s)
		}
	}
	if links(registered.InitiateLoginURI) && !registered.Disabled {
		page.Open = client.InitiateLogin(registered.InitiateLoginURI, c.Provider.Issuer)
	}
	if page.Registered, err = c.registered(ctx, registered); err != nil {
		return page, err
	}
	if registered.BackChannelLogoutURI != "" {
		if page.Logouts, err = c.Logouts.List(ctx, logout.Filter{ClientID: id}, mostListed); err != nil {
			return page, err
		}
		page.LogoutsFailed = slices.ContainsFunc(page.Logouts, func(d logout.Delivery) bool { return d.State == logout.Failed })
	}
	if registered.Restricted {
		if page.Users, page.Roles, err = c.Clients.Named(ctx, id, r.URL.Query().Get("after"), listed+1); err != nil {
			return page, err
		}
		if len(page.Users) > listed {
			page.Users = page.Users[:listed]
			page.NextUsers = page.Path + "?" + url.Values{"after": {page.Users[listed-1].Username}}.Encode() + "#access"
		}
	}
	if v.may(audit.ReadScope("tokens")) {
		tokens, err := c.Tokens.List(ctx, grant.Filter{ClientID: id}, provider.ID{}, mostListed)
		if err != nil {
			return page, err
		}
		page.Tokens = tokens.Tokens
	}
	if v.may(audit.ReadScope("consents")) {
		if page.Consents, err = c.Consents.List(ctx, consent.Filter{ClientID: id}, mostListed); err != nil {
			return page, err
		}
	}
	page.Records, err = c.activity(ctx, audit.Filter{ClientID: id})
	return page, err
}

// clientOf is the client of the path.
func (c *Console) clientOf(r *http.Request) (*client.Client, error) {
	id, err := url.PathUnescape(mux.Vars(r)["client_id"])
	if err != nil {
		return nil, noPage(r)
	}
	registered, err := c.Clients.Client(r.Context(), id)
	return registered, found(r, err)
}

// clientPath is the path of the page about a client, whose id may have slashes.
func clientPath(id string) string { return clientsPath + "/" + url.PathEscape(id) }

// lifetime is one that the client has of its own.
type lifetime struct{ Name, Text string }

// Lifetimes are those that differ from the server's.
func (p clientPage) Lifetimes() []lifetime {
	var own []lifetime
	for _, f := range client.Fields() {
		if d, ok := f.Pointer(p.Client).(*time.Duration); ok && *d != 0 {
			own = append(own, lifetime{f.Name, durationText(*d)})
		}
	}
	return own
}
