package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// flow is one thing that a provider is asked to do, over and over.
type flow interface {
	generator.Workload

	name() string
	// prepare makes what warming up and measuring for that long will use up. It is called
	// before each pass and not measured.
	prepare(ctx context.Context, pass time.Duration) error
}

// finite is a flow that uses up what prepare made.
type finite interface {
	// left is how many requests it can still make.
	left() int
}

// checked is a flow whose answers do not prove what they did. check is called after each
// measured pass.
type checked interface {
	check(ctx context.Context) error
}

// flows are all flows of a provider, in the order of the table.
func flows(h *system) []flow {
	return []flow{
		newClientCredentials(h.opaque, "client-credentials"),
		newClientCredentials(h.jwt, "client-credentials-jwt"),
		newIntrospection(h),
		newRevocation(h),
		newCodeFlow(h, &h.rs256, "code-flow-rs256"),
		newCodeFlow(h, &h.es256, "code-flow-es256"),
		newRefresh(h, &h.trusted, "refresh", scope),
		newRefresh(h, &h.trusted, "refresh-id-token", "openid"),
		newUserInfo(h),
		&document{label: "discovery", path: "/.well-known/openid-configuration", marker: `"jwks_uri"`},
		&document{label: "jwks", path: "/oauth/jwks", marker: `"keys"`},
	}
}

// expect judges an answer by its status and by something that a good one contains: an
// error that is fast and cheap would look like a good result.
func expect(r generator.Response, marker string) error {
	if r.Status != http.StatusOK {
		return fmt.Errorf("status %d: %s", r.Status, r.Body[:min(len(r.Body), 200)])
	}
	if !bytes.Contains(r.Body, []byte(marker)) {
		return fmt.Errorf("answer without %s", marker)
	}
	return nil
}
