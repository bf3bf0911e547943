package resource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// feedLimit bounds an answer. The longest that Gatehouse sends, with 11,000 revocations, has 1.5 MiB.
const feedLimit = 4 << 20

// feedScope opens the feed of Gatehouse.
const feedScope = "gatehouse:revocations:read"

type feedAnswer struct {
	Issuer   string       `json:"iss"`
	Audience stringOrList `json:"aud"`
	IssuedAt int64        `json:"iat"`
	Since    string       `json:"since"`
	Cursor   string       `json:"cursor"`
	AsOf     int64        `json:"as_of"`
	Keep     int64        `json:"keep"`
	More     bool         `json:"more"`
	Events   []struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		At   int64  `json:"at"`
		// ExpiresAt is that of a token, in seconds; zero: it is not said.
		ExpiresAt int64 `json:"exp"`
	} `json:"events"`
}

var errForgedFeed = errors.New("the answer is not one of the feed to this request")

func (f *feed) request(ctx context.Context, cursor string, wait time.Duration) (*feedAnswer, error) {
	v := f.verifier
	ctx, cancel := context.WithTimeout(ctx, wait+v.options.Timeout)
	defer cancel()
	address := f.settings.URL
	if address == "" {
		var err error
		if address, err = f.endpoint(ctx, "revocation_feed_endpoint", func(found endpoints) string { return found.Revocations }); err != nil {
			return nil, err
		}
	}
	token, err := f.accessToken(ctx)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("follow revocations: %w", err)
	}
	query := r.URL.Query() // an endpoint may have one (RFC 6749 section 3.2)
	query.Set("cursor", cursor)
	query.Set("wait", strconv.Itoa(int(wait/time.Second)))
	r.URL.RawQuery = query.Encode()
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/revocations+jwt")
	body, _, err := send(v.options.HTTPClient, r, feedLimit)
	if wait > 0 {
		f.wait.ended(err)
	}
	if err != nil {
		f.forget(err)
		return nil, fmt.Errorf("follow revocations at %s: %w", address, err)
	}
	return f.read(ctx, string(body), cursor)
}

// forget drops what the feed did not accept. What was revoked stays known.
func (f *feed) forget(err error) {
	status := (*statusError)(nil)
	if !errors.As(err, &status) {
		return
	}
	switch status.status {
	case http.StatusUnauthorized, http.StatusForbidden: // such as a token from before the client had the scope
		f.token.drop()
	case http.StatusBadRequest: // the cursor is of another version of the provider
		f.begin()
	}
}

// endpoint is one of the metadata. They are checked here, since a provider whose feed is not followed
// may have others than this API accepts.
func (f *feed) endpoint(ctx context.Context, name string, of func(endpoints) string) (string, error) {
	found, err := f.verifier.provider.endpoints(ctx)
	if err != nil {
		return "", err
	}
	if of(found) == "" {
		f.verifier.provider.expire()
		return "", errors.New("the metadata has no " + name)
	}
	return of(found), f.verifier.provider.checkEndpoint(name, of(found))
}

// read checks an answer: who signed it, that it is one of the feed, for this API, to this request, and
// that it is new. Otherwise an old answer could be replayed, or another JWT of the issuer pass for one.
func (f *feed) read(ctx context.Context, body, cursor string) (*feedAnswer, error) {
	v, now := f.verifier, f.verifier.options.Clock()
	feedType := func(typ string) (typed, ok bool) {
		ok = strings.EqualFold(strings.TrimPrefix(strings.ToLower(typ), "application/"), "revocations+jwt")
		return ok, ok
	}
	_, _, signed, refused := v.verifySignature(ctx, body, now, feedType)
	if refused != nil {
		return nil, fmt.Errorf("%w: %w", errForgedFeed, refused)
	}
	var a feedAnswer
	if err := json.Unmarshal(signed.payload, &a); err != nil {
		return nil, fmt.Errorf("%w: %w", errForgedFeed, jsonFault(err))
	}
	issued := time.Unix(a.IssuedAt, 0)
	switch {
	case a.Issuer != v.issuer:
		return nil, fmt.Errorf("%w: issuer", errForgedFeed)
	case len(a.Audience) != 1 || a.Audience[0] != f.settings.ClientID:
		return nil, fmt.Errorf("%w: audience", errForgedFeed)
	case a.Since != cursor || a.Cursor == "":
		return nil, fmt.Errorf("%w: cursor", errForgedFeed)
	case issued.Before(now.Add(-v.options.Leeway-v.options.Timeout)) || issued.After(now.Add(v.options.Leeway+time.Second)):
		return nil, fmt.Errorf("%w: time", errForgedFeed)
	}
	return &a, nil
}

// feedToken is the access token for the feed.
type feedToken struct {
	mu    sync.Mutex
	text  string
	until time.Time
}

func (t *feedToken) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = ""
}

// accessToken gets a token for the feed, by the grant client_credentials (RFC 6749 section 4.4).
func (f *feed) accessToken(ctx context.Context) (string, error) {
	if f.settings.Token != nil {
		return f.settings.Token(ctx)
	}
	f.token.mu.Lock()
	defer f.token.mu.Unlock()
	now := f.verifier.options.Clock()
	if f.token.text != "" && now.Before(f.token.until) {
		return f.token.text, nil
	}
	address, err := f.endpoint(ctx, "token_endpoint", func(found endpoints) string { return found.Token })
	if err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {feedScope}}
	r, err := f.credentials().post(ctx, address, form, now)
	if err != nil {
		return "", fmt.Errorf("get a token for the revocation feed: %w", err)
	}
	body, _, err := send(f.verifier.options.HTTPClient, r, metadataLimit)
	if err != nil {
		return "", fmt.Errorf("get a token for the revocation feed: %w", err)
	}
	var answer struct {
		Token     string `json:"access_token"`
		ExpiresIn int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf("get a token for the revocation feed: %w", errNotUsable)
	}
	f.token.text, f.token.until = answer.Token, now.Add(feedTokenLife(answer.ExpiresIn)*9/10)
	return f.token.text, nil
}

// feedTokenLife is how long a token is good. Of one that does not say (RFC 6749 section 5.1) that is not
// known: it is dropped once the feed refuses it, and need not be asked for each time before.
func feedTokenLife(expiresIn int64) time.Duration {
	if expiresIn <= 0 {
		return 5 * time.Minute
	}
	return time.Duration(min(expiresIn, 24*60*60)) * time.Second
}

func (f *feed) credentials() credentials {
	r := f.settings
	return credentials{issuer: f.verifier.issuer, id: r.ClientID, secret: r.ClientSecret, inBody: r.SecretInBody, key: r.SigningKey}
}
