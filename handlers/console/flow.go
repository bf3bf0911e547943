package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// callbackPath is where authorization responses come that the console asked for in the place of a client. It has no
// privilege: it must be registered for the client like any redirect URI.
const callbackPath = tryPath + "/callback"

// self sends requests to this server, as the person whose request ctx belongs to.
type self interface {
	Do(ctx context.Context, method, path string, header http.Header, body string, maxBody int64) (outbound.Reply, error)
}

// flowPage begins the own flows of a client.
type flowPage struct {
	shell

	Client *client.Client
	Path   string
	// Code, Service and Password tell which flows the client has.
	Code, Service, Password bool
	// Redirect is where the console gets authorization responses, and Registered whether the client has it.
	Redirect   string
	Registered bool
	// Only: the client has one redirect URI, which requests may leave out until there is a second one.
	Only bool
	// Problems are why the redirect URI cannot be registered or removed.
	Problems []string
	Fields   []formField
	// More are fields of requests that few people need.
	More          []formField
	ServiceFields []formField
	Auth          clientAuth
	// Command is the request of the password grant.
	Command string
}

// MayRun tells whether the viewer may run flows.
func (p flowPage) MayRun() bool { return !p.Reader }

func flowPath(id string) string { return clientPath(id) + "/try" }

// redirectURI is where authorization responses for the console go.
func (c *Console) redirectURI() string { return c.Provider.Issuer + callbackPath }

func (c *Console) serveFlow(w http.ResponseWriter, r *http.Request, v *viewer) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	return c.writeFlow(w, r, v, registered, http.StatusOK, nil)
}

func (c *Console) writeFlow(w http.ResponseWriter, r *http.Request, v *viewer, registered *client.Client, status int, wrong []string) error {
	page := flowPage{
		shell: c.shell(w, r, v, clientsPath), Client: registered, Path: flowPath(registered.ID),
		Code: registered.MayUse(client.AuthorizationCode) && registered.MayRespond(client.ResponseCode), Service: registered.MayUse(client.ClientCredentials), Password: registered.MayUse(client.Password),
		Redirect: c.redirectURI(), Registered: slices.Contains(registered.RedirectURIs, c.redirectURI()), Only: len(registered.RedirectURIs) == 1, Problems: wrong,
		Auth: c.authOf(registered),
	}
	for _, name := range []string{"scope", "prompt"} {
		page.Fields = append(page.Fields, formField{Name: name, Label: "flow." + name, Kind: "text", Note: true})
	}
	page.Fields[0].Value = strings.Join(registered.Scopes, " ")
	for _, name := range []string{"max_age", "acr_values", "login_hint", "resource"} {
		page.More = append(page.More, formField{Name: name, Label: "flow." + name, Kind: "text", Note: true})
	}
	page.ServiceFields = []formField{
		{Name: "service_scope", Label: "flow.scope", Kind: "text", Note: true, Value: strings.Join(registered.Scopes, " ")},
		{Name: "service_resource", Label: "flow.resource", Kind: "text", Note: true},
	}
	if page.Password {
		page.Command = c.passwordRequest(registered).Command()
	}
	return c.pages.For(r).Write(w, status, "flow", page, page.Path)
}

// passwordRequest is the request of the password grant (RFC 6749 section 4.3.2), with words for what is secret: no page
// asks for the password of a person on behalf of a client.
func (c *Console) passwordRequest(of *client.Client) transcript.Request {
	request := c.tokenRequest("grant_type", "password", "username", "USERNAME", "password", "PASSWORD", "scope", strings.Join(of.Scopes, " "))
	return authenticated(request, of, url.Values{"secret": {settings.Secret}, "assertion": {"CLIENT_ASSERTION"}})
}

// serveFlowRedirect registers the redirect URI of the console for a client, or removes it.
func (c *Console) serveFlowRedirect(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	if ok, err := c.provenClient(w, r, v, form, registered); !ok {
		return err
	}
	own, remove := c.redirectURI(), form.Get("action") == "remove"
	_, err = c.Registry.Update(r.Context(), v.actor, registered.ID, func(c *client.Client) error {
		c.RedirectURIs = slices.DeleteFunc(slices.Clone(c.RedirectURIs), func(uri string) bool { return uri == own })
		if !remove {
			c.RedirectURIs = append(c.RedirectURIs, own)
		}
		return nil
	})
	if wrong := messagesAbout(c.pages.For(r), err); len(wrong) > 0 {
		return c.writeFlow(w, r, v, registered, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return found(r, err)
	}
	what := said{Done: "flow_redirect_added", About: registered.Name}
	if remove {
		what.Done = "flow_redirect_removed"
	}
	return c.done(w, r, flowPath(registered.ID), what)
}

// messagesAbout are what is wrong with a client; none for another error.
func messagesAbout(in pages.SectionPages, err error) (list []string) {
	var bad *client.Invalid
	if errors.As(err, &bad) {
		for _, p := range bad.Problems {
			list = append(list, faultText(in, p.Fault))
		}
	}
	return list
}

// TokensPath is the list of the viewer's tokens of the client.
func (p flowPage) TokensPath() string { return recordedPath(p.shell, tokensPath, p.Client.ID) }

// ConsentsPath is the list of the viewer's consents to the client.
func (p flowPage) ConsentsPath() string { return recordedPath(p.shell, consentsPath, p.Client.ID) }

func recordedPath(s shell, list, id string) string {
	return list + "?" + url.Values{"client": {id}, "user": {s.Username}}.Encode()
}

// flowNoun is what who runs flows has to be allowed to change: a run authenticates as the client.
const flowNoun = "clients"
