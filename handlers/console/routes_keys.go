package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

func (c *Console) keyRoutes() []route.Route {
	return []route.Route{
		c.pageLine("keys", "/keys", "keys", c.serveKeys),
		c.formLine("key rotation", "/keys/rotation", "keys", c.serveKeyRotation),
		c.formLine("key withdrawal", "/keys/{kid}/withdrawal", "keys", c.serveKeyWithdrawal),
	}
}
