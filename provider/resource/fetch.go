package resource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

const (
	metadataLimit      = 256 << 10
	keysLimit          = 1 << 20
	introspectionLimit = 256 << 10
)

// statusError is a response without what was asked for. retryAfter is when to ask again, if it says
// so in seconds (RFC 9110 section 10.2.3), and reason what the provider says about it.
type statusError struct {
	status     int
	retryAfter time.Duration
	reason     string
}

func (e *statusError) Error() string {
	if e.status >= 300 && e.status < 400 {
		return fmt.Sprintf("status %d: redirects are not followed", e.status)
	}
	if e.reason != "" {
		return fmt.Sprintf("status %d: %s", e.status, e.reason)
	}
	return fmt.Sprintf("status %d", e.status)
}

// mostRetryAfter bounds what a provider can ask for: whoever answers once in its place could otherwise
// keep this API from it.
const mostRetryAfter = time.Minute

// retryAfter is how long the provider wants to be left alone.
func retryAfter(err error) time.Duration {
	if status := (*statusError)(nil); errors.As(err, &status) {
		return min(status.retryAfter, mostRetryAfter)
	}
	return 0
}

var errCutOff = errors.New("the response is cut off")

// send returns the body and the headers of a response with status 200. A longer body than the limit
// is an error, and so is a slow one: the context ends it.
func send(client *http.Client, r *http.Request, limit int64) ([]byte, http.Header, error) {
	body, header, err := receive(client, r, limit)
	if errors.Is(err, context.DeadlineExceeded) {
		// A connection of HTTP/2 whose other end is gone without a word would be used again, for a quarter
		// of a minute at least. Those that have other requests stay.
		client.CloseIdleConnections()
	}
	return body, header, err
}

func receive(client *http.Client, r *http.Request, limit int64) ([]byte, http.Header, error) {
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "application/json")
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		seconds, _ := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 16)
		return nil, response.Header, &statusError{response.StatusCode, time.Duration(seconds) * time.Second, reasonOf(r, response)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errCutOff, err)
	}
	if int64(len(body)) > limit {
		return nil, nil, fmt.Errorf("%w: longer than %d bytes", errNotUsable, limit)
	}
	return body, response.Header, nil
}

// getJSON fetches a document and decodes it.
func getJSON(ctx context.Context, client *http.Client, address string, limit int64, into any) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", address, err)
	}
	body, header, err := send(client, r, limit)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", address, err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", address, jsonFault(err))
	}
	return header, nil
}

// maxAge is how long a response may be used by its Cache-Control (RFC 9111 section 5.2.2), zero if
// it must not be, and otherwise where it does not say.
func maxAge(h http.Header, otherwise time.Duration) time.Duration {
	age := otherwise
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			if seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				age = time.Duration(seconds) * time.Second
			}
		}
	}
	if seconds, err := strconv.ParseUint(h.Get("Age"), 10, 31); err == nil {
		age -= time.Duration(seconds) * time.Second
	}
	return max(age, 0)
}
