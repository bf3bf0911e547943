package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

const registrationTokensPath = Path + "/registration-tokens"

// registrationTokens are the initial access tokens by which clients register themselves.
type registrationTokens interface {
	Create(ctx context.Context, actor audit.Actor, t registration.InitialToken, lifetime time.Duration) (registration.InitialToken, string, error)
	Get(ctx context.Context, id provider.ID) (*registration.InitialToken, error)
	List(ctx context.Context, after provider.ID, limit int) ([]registration.InitialToken, error)
	Revoke(ctx context.Context, actor audit.Actor, id provider.ID) error
}

// registrationTokensPage is the list of initial access tokens.
type registrationTokensPage struct {
	shell

	Tokens []listedRegistrationToken
	// Mode is who may register a client.
	Mode registration.Mode
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// listedRegistrationToken is an initial access token as pages show it.
type listedRegistrationToken struct {
	registration.InitialToken

	State registration.TokenState
}

// Name is its label, or its id where it has none.
func (t listedRegistrationToken) Name() string {
	if t.Label == "" {
		return t.ID.String()
	}
	return t.Label
}

// Path is that of its page.
func (t listedRegistrationToken) Path() string { return registrationTokenPath(t.ID) }

func registrationTokenPath(id provider.ID) string { return registrationTokensPath + "/" + id.String() }

func (c *Console) listedRegistrationToken(r *http.Request, t registration.InitialToken) listedRegistrationToken {
	return listedRegistrationToken{t, t.State(c.now(r))}
}

func (c *Console) serveRegistrationTokens(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := registrationTokensPage{shell: c.shell(w, r, v, registrationTokensPath), Mode: c.SelfRegistration}
	list, err := c.RegistrationTokens.List(r.Context(), after(r.URL.Query()), listed+1)
	if err != nil {
		return err
	}
	if len(list) > listed {
		list = list[:listed]
		page.Next = wire.Path(registrationTokensPath, url.Values{"after": {list[listed-1].ID.String()}})
	}
	for _, t := range list {
		page.Tokens = append(page.Tokens, c.listedRegistrationToken(r, t))
	}
	return c.pages.For(r).Write(w, http.StatusOK, "registration_tokens", page, r.URL.RequestURI())
}

// registrationTokenPage is the page about an initial access token.
type registrationTokenPage struct {
	shell

	Initial listedRegistrationToken
	Mode    registration.Mode
}

func (c *Console) serveRegistrationToken(w http.ResponseWriter, r *http.Request, v *viewer) error {
	t, err := c.registrationTokenOf(r)
	if err != nil {
		return err
	}
	page := registrationTokenPage{c.shell(w, r, v, registrationTokensPath), c.listedRegistrationToken(r, *t), c.SelfRegistration}
	return c.pages.For(r).Write(w, http.StatusOK, "registration_token", page, r.URL.Path)
}

// registrationTokenOf is the token of the path.
func (c *Console) registrationTokenOf(r *http.Request) (*registration.InitialToken, error) {
	id, err := provider.ParseID(mux.Vars(r)["registration_token_id"])
	if err != nil {
		return nil, noPage(r)
	}
	t, err := c.RegistrationTokens.Get(r.Context(), id)
	return t, found(r, err)
}
