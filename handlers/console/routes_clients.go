package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// The pages about one client have its id in their paths, so that of a new one is beside them.
func (c *Console) clientRoutes() []route.Route {
	return []route.Route{
		c.page("clients", "/clients", "clients", c.serveClients),
		c.page("new client kinds", "/new-client", "clients", writing("clients", c.serveClientKinds)),
		c.page("new client", "/new-client/{kind}", "clients", writing("clients", c.serveNewClient)),
		c.making("client creation", "/new-client/{kind}", "clients", c.serveClientCreation),
		c.page("client", "/clients/{client_id}", "clients", c.serveClient),
		c.page("client registration", "/clients/{client_id}/registration", "clients", c.serveRegistration),
		c.merged("client registration", "/clients/{client_id}/registration", "clients", c.serveRegistrationChange),
		c.change("client state", "/clients/{client_id}/state", "clients", c.serveClientState),
		c.making("client secrets", "/clients/{client_id}/secrets", "clients", c.serveClientSecrets),
		c.making("client logout redelivery", "/clients/{client_id}/logouts", "clients", c.serveLogoutRedelivery),
		c.change("client access", "/clients/{client_id}/access", "clients", c.serveClientAccess),
		c.change("client deletion", "/clients/{client_id}/deletion", "clients", c.serveClientDeletion),
		c.page("client settings", "/clients/{client_id}/settings", "clients", c.serveClientSettings),
		c.page("client settings of a product", "/clients/{client_id}/settings/{product}", "clients", c.serveProductSettings),
	}
}
