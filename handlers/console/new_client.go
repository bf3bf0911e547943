package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// kindsPage asks what kind of application a new client is.
type kindsPage struct {
	shell

	Kinds []clientKind
}

func (c *Console) serveClientKinds(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.pages.For(r).Write(w, http.StatusOK, "client_kinds", kindsPage{c.shell(w, r, v, clientsPath), clientKinds()}, r.URL.EscapedPath())
}

// newClientPage asks what a client of that kind needs.
type newClientPage struct {
	shell

	Kind clientKind
	Form *clientForm
}

func (c *Console) serveNewClient(w http.ResponseWriter, r *http.Request, v *viewer) error {
	kind, ok := clientKindNamed(mux.Vars(r)["kind"])
	if !ok {
		return noPage(r)
	}
	return c.pages.For(r).Write(w, http.StatusOK, "new_client", newClientPage{c.shell(w, r, v, clientsPath), kind, kind.form()}, r.URL.EscapedPath())
}

// serveClientCreation registers a client, and shows its secret on the page that answers.
func (c *Console) serveClientCreation(w http.ResponseWriter, r *http.Request, v *viewer, sent url.Values) error {
	kind, ok := clientKindNamed(mux.Vars(r)["kind"])
	if !ok {
		return noPage(r)
	}
	in, form := c.pages.For(r), kind.form()
	typed := form.typed(sent)
	registered, wrong := kind.client(typed)
	form.rejectTexts(in, wrong)
	for _, name := range kind.Required {
		if typed[name] == "" {
			form.reject(name, in.Text("client.fault.required"))
		}
	}
	if err := c.askNewScopes(r.Context(), in, form, sent, registered.Scopes, nil); err != nil {
		return err
	}
	if !form.Wrong {
		if ok, err := c.provenClient(w, r, v, sent, registered); !ok {
			return err
		}
	}
	secret := ""
	if !form.Wrong {
		var err error
		registered, secret, err = c.register(r.Context(), v, registered)
		if errors.Is(err, provider.ErrConflict) {
			err = nil
			form.reject(clientIDField, in.Text("client.fault.taken"))
		}
		if err := form.rejectAll(in, err); err != nil {
			return err
		}
	}
	if form.Wrong {
		return in.Write(w, http.StatusUnprocessableEntity, "new_client", newClientPage{c.shell(w, r, v, clientsPath), kind, form.finish()}, r.URL.EscapedPath())
	}
	if secret == "" {
		return c.done(w, r, clientPath(registered.ID), said{Done: "client_created", About: registered.Name})
	}
	canonical.From(r.Context()).Outcome("client_created")
	return c.showSecret(w, r, v, http.StatusCreated, secretPage{Client: registered, Secret: secret, New: true})
}

// transactions carry out all of several changes, or none.
type transactions interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// register registers a client with its scopes. Both or neither: after the one without the other, nobody would see the
// secret.
func (c *Console) register(ctx context.Context, v *viewer, typed *client.Client) (made *client.Client, secret string, err error) {
	err = c.Together.InTx(ctx, func(ctx context.Context) (err error) {
		again := *typed
		made = &again
		if secret, err = c.Registry.Create(ctx, v.actor, made, ""); err != nil {
			return err
		}
		_, err = c.Catalogue.Ensure(ctx, v.actor, made.Scopes)
		return err
	})
	return made, secret, err
}

// secretPage shows a secret, once: it is the answer to the form that made it, and no other page has it.
type secretPage struct {
	shell

	Client *client.Client
	Secret string
	// New: the client is, too.
	New bool
	// Back is the page of the client, and Settings those of applications.
	Back, Settings string
}

func (c *Console) showSecret(w http.ResponseWriter, r *http.Request, v *viewer, status int, page secretPage) error {
	page.shell = c.shell(w, r, v, clientsPath)
	page.Back, page.Settings = clientPath(page.Client.ID), clientPath(page.Client.ID)+"/settings"
	return c.pages.For(r).Write(w, status, "client_secret", page, page.Back)
}
