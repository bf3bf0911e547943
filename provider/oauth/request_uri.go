package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const (
	// objectsKept bounds the memory that fetched request objects take: 4 MiB.
	objectsKept = 256
	// objectFresh is how long an object is kept at most whose server allows that, and objectImmutable
	// one whose URI names its content.
	objectFresh     = 10 * time.Minute
	objectImmutable = time.Hour
	// objectPause is the least time between two fetches from one URI that fail: a request that anybody
	// can send must not make this server send others without limit.
	objectPause = 10 * time.Second
)

// requestURIs fetches request objects.
type requestURIs struct {
	fetch   fetcher
	clock   provider.Clock
	flights singleflight.Group

	mu   sync.Mutex
	kept *lru.Cache[string, fetchedObject]
}

type fetchedObject struct {
	text  string
	err   error
	until time.Time
}

func newRequestURIs(fetch fetcher, clock provider.Clock) *requestURIs {
	kept, err := lru.New[string, fetchedObject](objectsKept)
	if err != nil { // only for a size that is not positive
		panic("oauth: " + err.Error())
	}
	return &requestURIs{fetch: fetch, clock: clock, kept: kept}
}

// referenced is the request object at a request_uri of the client.
func (o *RequestObjects) referenced(ctx context.Context, c *client.Client, uri string) (string, error) {
	failed := func(check refusal.Check, description string) *refusal.Refusal {
		return refusal.New(refusal.InvalidRequestURI, check, description).For(c.ID)
	}
	switch {
	case strings.HasPrefix(uri, "urn:ietf:params:oauth:request_uri:"): // RFC 9126 section 2.2
		return "", failed(refusal.CheckRequestURI, "The request_uri is none of a pushed request that this server knows.")
	case !c.MatchRequestURI(uri):
		return "", failed(refusal.CheckRequestURI, "The request_uri is not registered for the client (request_uris).")
	}
	text, err := o.fetched.object(ctx, c, uri)
	if err != nil && ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", failed(refusal.CheckRequestURIFetch, "The request object could not be fetched from the request_uri.").Because(err)
	}
	return text, nil
}

// object fetches an object, unless it was fetched before and may be kept. The cause of an error is hidden
// from errors.Is: a slow server of the client is no timeout of this server.
func (u *requestURIs) object(ctx context.Context, c *client.Client, uri string) (string, error) {
	at, fragment, _ := strings.Cut(uri, "#")
	owner := ""
	if c.SelfRegistered() { // what this server may fetch for others is not for it, nor for them what failed for it
		owner = c.ID + " "
	}
	// What could not be fetched is not tried again for another fragment, which anybody can make up.
	for _, name := range []string{uri, at} {
		u.mu.Lock()
		kept, known := u.kept.Get(owner + name)
		u.mu.Unlock()
		if known && u.clock.Now(ctx).Before(kept.until) {
			return kept.text, kept.err
		}
	}
	// As for key sets, the fetch must not end because the first of those who wait for it is cancelled.
	flight := u.flights.DoChan(owner+at, func() (any, error) {
		return u.refetch(c.Outbound(context.WithoutCancel(ctx)), owner, at, fragment), nil
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case result := <-flight:
		object := result.Val.(fetchedObject) //nolint:forcetypeassert // of the function above
		return object.text, object.err
	}
}

func (u *requestURIs) refetch(ctx context.Context, owner, at, fragment string) fetchedObject {
	name := at
	if fragment != "" {
		name += "#" + fragment // another one means another content (OpenID Connect Core section 6.2)
	}
	response, err := u.fetch.Get(ctx, at, "application/oauth-authz-req+jwt, application/jwt", maxRequestObject)
	object := fetchedObject{text: strings.TrimSpace(string(response.Body))}
	lifetime := freshFor(response.CacheControl)
	switch {
	case err != nil:
		name, object.err, lifetime = at, fmt.Errorf("request_uri: %v", err), objectPause //nolint:errorlint // see object
	case object.text == "":
		name, object.err, lifetime = at, errors.New("request_uri: the response is empty"), objectPause
	case names(fragment, response.Body):
		lifetime = objectImmutable
	}
	if lifetime > 0 {
		object.until = u.clock.Now(ctx).Add(lifetime)
		u.mu.Lock()
		u.kept.Add(owner+name, object)
		u.mu.Unlock()
	}
	return object
}

// names tells whether a fragment is the digest of the content (OpenID Connect Core section 6.2). If it
// is another one, that is no error: clients register a URI before its content is known, the fragment
// decides about caches alone, and the signature about the content.
func names(fragment string, content []byte) bool {
	sum := sha256.Sum256(content)
	return fragment == base64.RawURLEncoding.EncodeToString(sum[:])
}

// freshFor is how long a response may be kept by its Cache-Control (RFC 9111 section 5.2.2). One that
// does not say so is not kept: the next request may be another one.
func freshFor(cacheControl string) time.Duration {
	var fresh time.Duration
	for directive := range strings.SplitSeq(strings.ToLower(cacheControl), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err != nil {
				return 0
			}
			fresh = min(time.Duration(seconds)*time.Second, objectFresh)
		}
	}
	return fresh
}
