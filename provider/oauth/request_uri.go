package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
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
	// objectPause is the least time between two fetches from one URI that fail.
	objectPause = 10 * time.Second
	// longestWait is how long requests wait at most for a fetch that is not yet in its turn. That is longer than the
	// wait for one URI: a few of a client can be waited for at the same time.
	longestWait = 5 * time.Second
	// objectClients are how many clients are remembered whose objects were fetched.
	objectClients = 1000
)

// pacePerURI and pacePerClient bound the fetches from one URI of a client, and from all of them. A request that
// anybody can send, with a fragment that anybody can make up, must not make this server send others without limit.
func pacePerURI() pace    { return pace{atOnce: 10, every: 2 * time.Second} }
func pacePerClient() pace { return pace{atOnce: 30, every: time.Second} }

// pace is how often something may be done: so many times at once, and again after each interval.
type pace struct {
	atOnce int
	every  time.Duration
}

// wait is how long to wait until it may be done again; due is when all of what was done is forgotten.
func (p pace) wait(due, now time.Time) time.Duration {
	return max(0, max(0, due.Sub(now))-time.Duration(p.atOnce-1)*p.every)
}

// add counts what is done now.
func (p pace) add(due, now time.Time) time.Time { return now.Add(max(0, due.Sub(now)) + p.every) }

// errTooOften: the object at a request_uri was fetched too often.
var errTooOften = errors.New("request_uri: fetched too often")

// requestURIs fetches request objects.
type requestURIs struct {
	fetch   fetcher
	clock   provider.Clock
	flights singleflight.Group

	mu sync.Mutex
	// kept are the objects by client and URI, without its fragment; due is when a client's fetches are forgotten.
	kept *lru.Cache[string, fetchedObject]
	due  *lru.Cache[string, time.Time]
}

// fetchedObject is what was fetched from a URI of a client the last time.
type fetchedObject struct {
	text    string
	digest  string    // of the response, as a fragment names it
	asked   string    // the fragment for which it was fetched
	fetched time.Time // when text was
	fresh   time.Duration
	private bool // nothing but the requests for which it was fetched may have it

	err    error     // of the last try, if that failed
	failed time.Time // when it did
	due    time.Time // when the fetches from the URI are forgotten
}

// at returns the object for a fragment, or the error of the last try, if it need not be fetched.
func (o fetchedObject) at(now time.Time, fragment string) (text string, known bool, err error) {
	age := now.Sub(o.fetched)
	switch {
	case o.text != "" && fragment == o.digest && age < objectImmutable, o.text != "" && fragment == o.asked && age < o.fresh:
		return o.text, true, nil
	case o.err != nil && now.Sub(o.failed) < objectPause:
		return "", true, o.err
	default:
		return "", false, nil
	}
}

// shared tells whether others may have what was fetched last, where it cannot be fetched now.
func (o fetchedObject) shared(now time.Time) bool {
	return o.text != "" && !o.private && now.Sub(o.fetched) < objectFresh
}

func newRequestURIs(fetch fetcher, clock provider.Clock) *requestURIs {
	kept, err := lru.New[string, fetchedObject](objectsKept)
	if err != nil { // only for a size that is not positive
		panic("oauth: " + err.Error())
	}
	due, err := lru.New[string, time.Time](objectClients)
	if err != nil {
		panic("oauth: " + err.Error())
	}
	return &requestURIs{fetch: fetch, clock: clock, kept: kept, due: due}
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
	switch {
	case err == nil:
		return text, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, errTooOften):
		return "", failed(refusal.CheckRequestURIFetch, "The request object was fetched from the request_uri too often: let it be kept (Cache-Control: max-age), or name its digest in the fragment.").Because(err)
	default:
		return "", failed(refusal.CheckRequestURIFetch, "The request object could not be fetched from the request_uri.").Because(err)
	}
}

// object fetches an object of a client, unless it was fetched before and may be kept. The cause of an error is hidden
// from errors.Is: a slow server of the client is no timeout of this server.
func (u *requestURIs) object(ctx context.Context, c *client.Client, uri string) (string, error) {
	at, fragment, _ := strings.Cut(uri, "#") // another one means another content (OpenID Connect Core section 6.2)
	name := c.ID + " " + at
	if c.SelfRegistered() { // once the operator makes the client one of theirs, more can be fetched for it
		name += " itself"
	}
	u.mu.Lock()
	kept, _ := u.kept.Get(name)
	u.mu.Unlock()
	if text, known, err := kept.at(u.clock.Now(ctx), fragment); known {
		return text, err
	}
	// As for key sets, the fetch must not end because the first of those who wait for it is cancelled.
	flight := u.flights.DoChan(name, func() (any, error) {
		return u.refetch(c.Outbound(context.WithoutCancel(ctx)), c.ID, name, at, fragment)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case result := <-flight:
		text, _ := result.Val.(string)
		return text, result.Err
	}
}

// turn tells how long to wait before an object is fetched again, and counts that, unless what was fetched last will do or
// it would last too long: then it is not fetched.
func (u *requestURIs) turn(clientID, name string, now time.Time) (kept fetchedObject, wait time.Duration, fetched bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	kept, _ = u.kept.Get(name)
	due, _ := u.due.Get(clientID)
	wait = max(pacePerURI().wait(kept.due, now), pacePerClient().wait(due, now))
	if wait > 0 && kept.shared(now) || wait > longestWait {
		return kept, wait, false
	}
	kept.due = pacePerURI().add(kept.due, now)
	u.kept.Add(name, kept)
	u.due.Add(clientID, pacePerClient().add(due, now))
	return kept, wait, true
}

// refetch fetches an object. Whoever makes up fragments must not keep others from signing in: where there were too many
// fetches they get what was fetched last, since most objects never change. One that must not be kept is fetched again
// after a wait, for all who have asked meanwhile.
func (u *requestURIs) refetch(ctx context.Context, clientID, name, at, fragment string) (string, error) {
	object, wait, fetched := u.turn(clientID, name, u.clock.Now(ctx))
	if !fetched {
		if object.shared(u.clock.Now(ctx)) {
			return object.text, nil
		}
		return "", errTooOften
	}
	if wait > 0 {
		<-time.After(wait)
	}
	now := u.clock.Now(ctx)
	response, err := u.fetch.Get(ctx, at, "application/oauth-authz-req+jwt, application/jwt", maxRequestObject)
	text := strings.TrimSpace(string(response.Body))
	switch {
	case err != nil:
		object.err, object.failed = fmt.Errorf("request_uri: %v", err), now //nolint:errorlint // see object
	case text == "":
		object.err, object.failed = errors.New("request_uri: the response is empty"), now
	default:
		// A digest that is another one is no error: clients register a URI before its content is known,
		// the fragment decides about caches alone, and the signature about the content.
		sum := sha256.Sum256(response.Body)
		object.text, object.digest, object.asked = text, base64.RawURLEncoding.EncodeToString(sum[:]), fragment
		object.fetched, object.err = now, nil
		fresh, said := response.Fresh()
		object.fresh, object.private = min(fresh, objectFresh), said && fresh == 0
	}
	u.mu.Lock()
	u.kept.Add(name, object)
	u.mu.Unlock()
	return object.text, object.err
}
