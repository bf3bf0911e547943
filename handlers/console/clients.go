package console

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

const clientsPath = Path + "/clients"

// clientsPage is the list of clients.
type clientsPage struct {
	shell

	Clients []*client.Client
	// Search, Type, Trust and State are the filter, as it was typed.
	Search, Type, Trust, State string
	Types                      []client.Type
	Trusts                     []client.Trust
	Filtered                   bool
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// Path is that of the page of a client.
func (clientsPage) Path(c *client.Client) string { return clientPath(c.ID) }

func (c *Console) serveClients(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := clientsPage{shell: c.shell(w, r, v, clientsPath), Search: trimmed(query, "search"), Types: []client.Type{client.Web, client.Native, client.Backend}, Trusts: client.Trusts(), State: query.Get("state")}
	of := client.Filter{Search: page.Search, After: query.Get("after")}
	for _, t := range page.Types {
		if string(t) == query.Get("type") {
			of.Type, page.Type = t, string(t)
		}
	}
	if trust := client.Trust(query.Get("trust")); slices.Contains(page.Trusts, trust) {
		of.Trust, page.Trust = trust, string(trust)
	}
	disabled := page.State == stateDisabled
	switch page.State {
	case stateActive, stateDisabled:
		of.Disabled = &disabled
	default:
		page.State = ""
	}
	page.Filtered = page.Search != "" || page.Type != "" || page.Trust != "" || page.State != ""
	clients, err := c.Clients.FindClients(r.Context(), of, listed+1)
	if err != nil {
		return err
	}
	if len(clients) > listed {
		clients = clients[:listed]
		page.Next = wire.Path(clientsPath, url.Values{"search": {page.Search}, "type": {page.Type}, "trust": {page.Trust}, "state": {page.State}, "after": {client.Position(clients[listed-1])}})
	}
	page.Clients = clients
	return c.pages.For(r).Write(w, http.StatusOK, "clients", page, r.URL.RequestURI())
}
