package oauth

import (
	"context"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// AnswerUserInfo gives claims their form, to measure it.
func AnswerUserInfo(a *Answers, c *client.Client, claims map[string]any) (string, error) {
	return a.userInfo(context.Background(), c, "https://id.example.test", claims)
}

// CheckForm checks an authorization request as it is sent.
func (p *Provider) CheckForm(ctx context.Context, form url.Values) (*AuthorizeRequest, error) {
	parameters, r, err := p.Unfold(ctx, form)
	if err != nil {
		return r, err
	}
	return p.Check(ctx, parameters)
}
