package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// flow is a kind of request that is sent repeatedly.
type flow interface {
	generator.Workload

	name() string
	// prepare creates what a pass of that duration will use up. It is called before each pass
	// and not measured.
	prepare(ctx context.Context, pass time.Duration) error
}

// finite is a flow that uses up what prepare created.
type finite interface {
	// left returns the number of requests it can still send.
	left() int
}

// checked is a flow whose responses do not prove their effect. check is called after each
// measured pass.
type checked interface {
	check(ctx context.Context) error
}

// flows returns all flows of a provider, in the order of the table.
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

// expect checks the status of a response and a marker that a valid one contains: otherwise
// fast and cheap errors would look like a good result.
func expect(r generator.Response, marker string) error {
	if r.Status != http.StatusOK {
		return fmt.Errorf("status %d: %s", r.Status, r.Body[:min(len(r.Body), 200)])
	}
	if !bytes.Contains(r.Body, []byte(marker)) {
		return fmt.Errorf("response without %s", marker)
	}
	return nil
}
