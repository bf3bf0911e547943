package oauth

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Revoke ends a token at its client's wish (RFC 7009). When it returns nil, the token is not good
// any more, for certain.
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
