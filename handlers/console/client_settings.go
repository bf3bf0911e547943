package console

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// clientSettingsPage shows what applications need to sign people in as a client.
type clientSettingsPage struct {
	shell

	Client *client.Client
	Path   string
	// Server has what every library asks for.
	Server   settings.Provider
	Products []settings.Product
	// Commands are those of a client that acts for itself.
	Commands []settings.File
	// Shown are the settings of one product; nil: it is still to be chosen.
	Shown *settings.Settings
	// Placeholder stands for the secret.
	Placeholder string
}

func (c *Console) serveClientSettings(w http.ResponseWriter, r *http.Request, v *viewer) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	return c.writeSettings(w, r, v, registered, nil)
}

func (c *Console) serveProductSettings(w http.ResponseWriter, r *http.Request, v *viewer) error {
	product, ok := settings.Named(mux.Vars(r)["product"])
	if !ok {
		return noPage(r)
	}
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	shown, err := settings.For(product, c.Provider, registered)
	if err != nil {
		return err
	}
	return c.writeSettings(w, r, v, registered, &shown)
}

func (c *Console) writeSettings(w http.ResponseWriter, r *http.Request, v *viewer, registered *client.Client, shown *settings.Settings) error {
	page := clientSettingsPage{
		shell: c.shell(w, r, v, clientsPath), Client: registered, Path: clientPath(registered.ID), Server: c.Provider, Shown: shown, Placeholder: settings.Secret,
	}
	var err error
	if page.Commands, err = settings.Commands(c.Provider, registered); err != nil {
		return err
	}
	if forPeople(registered) {
		page.Products = settings.Products()
	}
	return c.pages.For(r).Write(w, http.StatusOK, "client_settings", page, r.URL.EscapedPath())
}
