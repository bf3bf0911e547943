package main

import (
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// requestObjects reads request objects; nil: none are offered.
func (h *instance) requestObjects(keys *oauth.ClientKeys, fetch *outbound.Client, clock provider.Clock) *oauth.RequestObjects {
	offered := h.config.requestObjects()
	if !offered.ByValue && !offered.ByReference {
		return nil
	}
	return oauth.NewRequestObjects(offered, keys, h.keys, fetch, clock)
}
