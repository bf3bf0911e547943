package oauth

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Call is one protocol request, read once, as all parts of the composition see it. It is not safe
// for concurrent use.
type Call struct {
	// Form are the parameters of the body. Those that an endpoint reads have one value.
	Form url.Values
	// Authorization are the values of the Authorization header.
	Authorization []string
	// Origin is the address prefix that the request came from, by which failed passwords are
	// counted.
	Origin string
	// Admission limits how often requests are served; nil: no limit.
	Admission Admission

	client   *client.Client // once it is authenticated
	approval *approval      // of an authorization request
}

// Admission limits how often requests are served. Whose budget a request counts against depends on
// who sent it: an authenticated resource server has its own, which unauthenticated requests from
// the same IP address never use. Each method returns a refusal when the budget is used up.
type Admission interface {
	// Unproven counts an unauthenticated request by its IP address. It is called before work that
	// an attacker could demand without limit, and counts a request once however often it is called.
	Unproven(ctx context.Context) error
	// Guess counts an attempt at a secret short enough to be guessed, before it is verified.
	Guess(ctx context.Context, clientID string) error
	// Client counts a request of an authenticated client, and takes back what Unproven and Guess
	// counted.
	Client(ctx context.Context, c *client.Client) error
}

type callKey struct{}

// WithCall returns a context that carries the call.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallOf returns the call of ctx, or an empty one.
func CallOf(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}

// request is what fosite parses: the form and nothing else, so that it finds no credentials and no
// query, and cannot read the body differently.
func (c *Call) request() *http.Request {
	return &http.Request{Method: http.MethodPost, Form: c.Form, PostForm: c.Form, Header: http.Header{}, Body: http.NoBody, URL: &url.URL{}} //nolint:forbidigo // PostForm is a field here: nothing is fetched
}

func (c *Call) unproven(ctx context.Context) error {
	if c.Admission == nil {
		return nil
	}
	return c.Admission.Unproven(ctx)
}

func (c *Call) guess(ctx context.Context, clientID string) error {
	if c.Admission == nil {
		return nil
	}
	return c.Admission.Guess(ctx, clientID)
}

func (c *Call) served(ctx context.Context, to *client.Client) error {
	if c.Admission == nil {
		return nil
	}
	return c.Admission.Client(ctx, to)
}

// refuse counts a request that failed to authenticate. When the budget is used up it returns that
// refusal, and nothing about the failure.
func (c *Call) refuse(ctx context.Context, failure error) error {
	if err := c.unproven(ctx); err != nil {
		return err
	}
	return failure
}
