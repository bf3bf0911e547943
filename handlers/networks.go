package handlers

import (
	"net/http"
	"net/netip"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// OnlyFrom lets only requests from the networks reach the guard: a stolen credential is of no use
// elsewhere. Without networks all do.
func OnlyFrom(networks []netip.Prefix, guard route.Guard) route.Guard {
	if len(networks) == 0 {
		return guard
	}
	return func(r *http.Request, scope string) (*http.Request, error) {
		address := canonical.From(r.Context()).ClientAddress.Unmap()
		if !proxies(networks).contains(address) {
			return nil, refusal.New(refusal.AccessDenied, refusal.CheckNetwork, "The management API does not take requests from this network.").
				Compare(refusal.FieldAddress, "", address.String())
		}
		return guard(r, scope)
	}
}
