package oauth

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Call is one protocol request, read once: what every part of the composition may know of it. It
// serves one request and is not safe for concurrent use.
type Call struct {
	// Form are the parameters of the body. Those that an endpoint reads stand in it once.
	Form url.Values
	// Authorization are the values of the header of that name.
	Authorization []string
	// Origin is the address prefix that the request came from, by which failed passwords are
	// counted.
	Origin string
	// Admission limits how often requests are served; nil: nothing does.
	Admission Admission

	client   *client.Client // once it is authenticated
	approval *approval      // of an authorization request
}

// Admission limits how often requests are served. Whose budget a request counts against is known
// only once it is known who sent it: a resource server that proves itself has its own, and
// unproven requests from the same address never touch it. Each method returns the refusal to
// answer with when the budget is used up.
type Admission interface {
	// Unproven counts a request that has not proved who sent it, by the address that it came
	// from. It is asked before work that anybody could have the server do without end, and counts
	// once however often it is asked.
	Unproven(ctx context.Context) error
	// Guess counts a try at a secret short enough to be guessed, before the try.
	Guess(ctx context.Context, clientID string) error
	// Client counts a request of a client that proved itself, and takes back what Unproven and
	// Guess counted.
	Client(ctx context.Context, c *client.Client) error
}

type callKey struct{}

// WithCall has everything under ctx be about a call.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// CallOf is the call that ctx is about, or an empty one.
func CallOf(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}

// request is what fosite parses: the form and nothing else, so that it finds no credentials, no
// address and no second reading of the body.
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

// refuse counts a request that failed to prove itself. One too many learns that, and nothing
// about what it tried.
func (c *Call) refuse(ctx context.Context, failure error) error {
	if err := c.unproven(ctx); err != nil {
		return err
	}
	return failure
}
