package handlers

import (
	"context"
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// postponed is a request whose endpoint answers later.
type postponed struct {
	wait   func(context.Context)
	answer route.HandlerFunc
	// resource and request are those that answer.
	resource *resource
	request  *http.Request
}

// postponable has what answers later recover and end in time as the endpoint itself.
func postponable(around func(route.HandlerFunc) route.HandlerFunc, endpoint route.HandlerFunc) route.HandlerFunc {
	endpoint = around(endpoint)
	return func(w http.ResponseWriter, r *http.Request) error {
		err := endpoint(w, r)
		if later := (*route.Later)(nil); errors.As(err, &later) {
			return &route.Later{Wait: later.Wait, Answer: around(later.Answer)}
		}
		return err
	}
}

// postpone keeps what answers later in the exchange, whose observer waits.
func (res *resource) postpone(x *exchange, r *http.Request, later *route.Later) {
	x.later = &postponed{later.Wait, later.Answer, res, r}
}

// finish waits where the stack is small, and answers.
func (p *postponed) finish(ctx context.Context, w http.ResponseWriter) {
	p.wait(ctx)
	if err := p.answer(w, p.request); err != nil {
		p.resource.render.refuse(w, p.request, p.resource.form, err)
	}
}
