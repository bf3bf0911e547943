package oauth

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Revoke revokes a token of the client (RFC 7009). When it returns nil, the token is certainly no
// longer active.
func (p *Provider) Revoke(ctx context.Context, call *Call) error {
	ctx = WithCall(ctx, call)
	if err := p.authenticate(ctx, call); err != nil {
		return err
	}
	if call.Form.Get("token") == "" {
		return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter token is missing.").For(call.client.ID)
	}
	return asRefusal(p.fosite.NewRevocationRequest(ctx, call.request()))
}
