package console

import "github.com/gatehouse-id/gatehouse/handlers/route"

// webhookRoutes are those of the endpoints that events are sent to. Literal paths stand first.
func (c *Console) webhookRoutes() []route.Route {
	const noun = "webhooks"
	return []route.Route{
		c.page("webhooks", "/webhooks", noun, c.serveWebhooks),
		c.page("new webhook", "/webhooks/new", noun, writing(noun, c.serveNewWebhook)),
		c.making("webhook creation", "/webhooks/new", noun, c.serveWebhookCreation),
		c.page("webhook", "/webhooks/{webhook_id}", noun, c.serveWebhook),
		c.page("webhook edit", "/webhooks/{webhook_id}/edit", noun, writing(noun, c.serveWebhookEdit)),
		c.merged("webhook change", "/webhooks/{webhook_id}/edit", noun, c.serveWebhookChange),
		c.change("webhook state", "/webhooks/{webhook_id}/state", noun, c.serveWebhookState),
		c.making("webhook secret", "/webhooks/{webhook_id}/secret", noun, c.serveWebhookSecret),
		c.making("webhook test", "/webhooks/{webhook_id}/test", noun, c.serveWebhookTest),
		c.making("webhook redelivery", "/webhooks/{webhook_id}/redelivery", noun, c.serveWebhookRedelivery),
		c.change("webhook deletion", "/webhooks/{webhook_id}/deletion", noun, c.serveWebhookDeletion),
	}
}
