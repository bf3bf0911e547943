package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

func (c *Console) keyRoutes() []route.Route {
	return []route.Route{
		c.page("keys", "/keys", "keys", c.serveKeys),
		c.making("key rotation", "/keys/rotation", "keys", c.serveKeyRotation),
		c.change("key withdrawal", "/keys/{kid}/withdrawal", "keys", c.serveKeyWithdrawal),
	}
}
