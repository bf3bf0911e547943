package ratelimit

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ErrURL: a text is not the address of a Redis.
var ErrURL = errors.New("the address of Redis is written like redis://USER:PASSWORD@HOST:6379/0, rediss://... or unix:///PATH")

// How long a connection may take. The deadline of a request is shorter and rules; a dial goes
// on without the request that wanted it, and what it opened serves the next one.
const (
	dialTimeout = time.Second
	readTimeout = 100 * time.Millisecond
)

// NewClient makes a client for a URL; it does not connect. A parameter master_name means
// Sentinel, whose addresses are the host and parameters addr; addr alone means a Cluster. An
// error of a request names no password, and neither does ErrURL, which it returns.
//
// The library's own log is turned off, for the whole process: it writes a line for each dial
// that fails.
func NewClient(address string) (redis.UniversalClient, error) {
	logging.Disable()
	u, err := url.Parse(address)
	// The error quotes a part of what was read. A fragment means nothing here: it is the rest of
	// a password with a # in it, of which the beginning would be dialled, and named, as a host.
	if err != nil || u.Fragment != "" {
		return nil, fmt.Errorf("ratelimit: %w", ErrURL)
	}
	var client redis.UniversalClient
	switch query := u.Query(); {
	case query.Has("master_name"):
		client, err = sentinelClient(address)
	case query.Has("addr"):
		client, err = clusterClient(address)
	default:
		client, err = singleClient(address)
	}
	if err != nil && mayQuotePassword(address, u) {
		return nil, fmt.Errorf("ratelimit: %w", ErrURL)
	}
	if err != nil {
		return nil, fmt.Errorf("ratelimit: %w: %w", ErrURL, err)
	}
	return client, nil
}

// mayQuotePassword tells whether a password, or a piece of one, may stand where it does not
// belong: one with a character that should have been escaped ends up in the path, or as an
// option, and the library's errors quote those.
func mayQuotePassword(address string, u *url.URL) bool {
	at := 0
	if u.User != nil {
		at = 1
	}
	return strings.Count(address, "@") != at || strings.Contains(u.RawQuery, "password")
}

// A repeated command would count twice and outlast the deadline: there is one try, of the
// command and of the dial. Identity and maintenance notes are more round trips before the
// first answer. One pool is enough.
const (
	noRetries = -1
	oneDial   = 1
	noPool    = -1
)

func singleClient(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.MaxRetries, o.DialerRetries = true, noRetries, oneDial
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = orShort(o.DialTimeout, dialTimeout), orShort(o.ReadTimeout, readTimeout), orShort(o.WriteTimeout, readTimeout)
	o.DisableIdentity, o.PipelinePoolSize, o.MaintNotificationsConfig = true, noPool, noMaintenance()
	return redis.NewClient(o), nil
}

func sentinelClient(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseFailoverURL(address)
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.MaxRetries, o.DialerRetries = true, noRetries, oneDial
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = orShort(o.DialTimeout, dialTimeout), orShort(o.ReadTimeout, readTimeout), orShort(o.WriteTimeout, readTimeout)
	o.DisableIdentity, o.PipelinePoolSize = true, noPool
	return redis.NewFailoverClient(o), nil
}

func clusterClient(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.MaxRetries, o.DialerRetries = true, noRetries, oneDial
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = orShort(o.DialTimeout, dialTimeout), orShort(o.ReadTimeout, readTimeout), orShort(o.WriteTimeout, readTimeout)
	o.DisableIdentity, o.PipelinePoolSize, o.MaintNotificationsConfig = true, noPool, noMaintenance()
	o.DisableRoutingPolicies = true // a key says where its command goes: no need to ask for a list of commands
	return redis.NewClusterClient(o), nil
}

// orShort is what the URL says, or a short time; what it says may be "none".
func orShort(said, short time.Duration) time.Duration {
	if said > 0 {
		return said
	}
	return short
}

func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
