package oauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// longestWait is how long a request for revocations may wait for news: the server closes connections
// after 30 s.
const longestWait = 25 * time.Second

// RevocationsType is the content type of the feed.
const RevocationsType = "application/" + revocation.Type

type revocationFeed interface {
	Wait(ctx context.Context, clientID, cursor string, wait time.Duration) error
	Answer(ctx context.Context, clientID, cursor string) (string, error)
}

// Revocations serves the feed of what was revoked to resource servers. Deploy/docs/revocations.md describes
// it. A token of a user does not open it, whatever its scope: the feed tells about all users.
func Revocations(feed revocationFeed) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		caller := oauth.PrincipalOf(r.Context())
		if !caller.UserID.IsZero() {
			return refusal.New(refusal.InsufficientScope, refusal.CheckTokenScope, "The feed needs an access token of the client itself.").For(caller.Client.ID)
		}
		query, err := wire.Parameters(r.URL.RawQuery)
		if err != nil {
			return err
		}
		for _, name := range []string{"cursor", "wait"} {
			if len(query[name]) > 1 {
				return refusal.New(refusal.InvalidRequest, refusal.CheckDuplicate, "The parameter "+name+" was sent more than once.").Compare(refusal.FieldParameter, "", name)
			}
		}
		wait, err := waitOf(query.Get("wait"))
		if err != nil {
			return err
		}
		clientID, cursor := caller.Client.ID, query.Get("cursor")
		if wait == 0 {
			return answerReader(feed, w, r, clientID, cursor)
		}
		var fault error
		return &route.Later{
			Wait: func(ctx context.Context) { fault = feed.Wait(ctx, clientID, cursor, wait) },
			Answer: func(w http.ResponseWriter, r *http.Request) error {
				if fault != nil {
					return feedFault(fault, clientID)
				}
				return answerReader(feed, w, r, clientID, cursor)
			},
		}
	}
}

func answerReader(feed revocationFeed, w http.ResponseWriter, r *http.Request, clientID, cursor string) error {
	answer, err := feed.Answer(r.Context(), clientID, cursor)
	if err != nil {
		return feedFault(err, clientID)
	}
	writeJWT(w, RevocationsType, answer)
	return nil
}

func writeJWT(w http.ResponseWriter, contentType, jwt string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(jwt)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, jwt) //nolint:gosec // a JWT of our own; a caller that disconnected cannot be told
}

// waitOf reads the parameter: whole seconds, of which the server waits at most longestWait.
func waitOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "wait must be a whole number of seconds.").Compare(refusal.FieldParameter, "", "wait")
	}
	return min(time.Duration(seconds)*time.Second, longestWait), nil
}

func feedFault(err error, clientID string) error {
	switch {
	case errors.Is(err, revocation.ErrCursor):
		return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "The cursor is not one of this feed. Begin without one.").Compare(refusal.FieldParameter, "", "cursor")
	case errors.Is(err, revocation.ErrTooMany):
		return notNow(clientID, refusal.CheckFeedReaders, "Too many requests of this client wait at this server.", 5*time.Second).WithStatus(http.StatusTooManyRequests)
	case errors.Is(err, revocation.ErrBusy):
		return notNow(clientID, refusal.CheckFeedReaders, "Too many resource servers wait at this server.", 5*time.Second)
	case errors.Is(err, revocation.ErrUnavailable):
		return notNow(clientID, refusal.CheckFeed, "The server does not know what was revoked now, or is stopping.", time.Second)
	default:
		return err
	}
}

func notNow(clientID string, check refusal.Check, description string, retryAfter time.Duration) *refusal.Refusal {
	r := refusal.New(refusal.TemporarilyUnavailable, check, description).For(clientID)
	r.RetryAfter = retryAfter
	return r
}
