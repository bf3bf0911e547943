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

// ErrURL: the text is not the URL of a Redis server. The message continues the name of a setting.
var ErrURL = errors.New("must be written like redis://USER:PASSWORD@HOST:6379/0, rediss://... or unix:///PATH")

// How long a connection may take. The deadline of a request is shorter and takes precedence;
// a dial continues without the request that started it, and the next request uses the connection.
const (
	dialTimeout = time.Second
	readTimeout = 100 * time.Millisecond
)

// NewClient makes a client for a URL; it does not connect. The parameter master_name selects
// Sentinel, whose addresses are the host and the parameters addr; addr alone selects a Cluster.
// Neither the errors of requests nor ErrURL, which NewClient returns, contain a password.
//
// The library's own log is turned off, for the whole process: it writes a line for each dial
// that fails.
func NewClient(address string) (redis.UniversalClient, error) {
	logging.Disable()
	u, err := url.Parse(address)
	// The error quotes part of the URL. Fragments have no meaning here: one is the rest of a
	// password that contains a #, whose beginning would be dialled, and logged, as a host.
	if err != nil || u.Fragment != "" {
		return nil, ErrURL
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
		return nil, ErrURL
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrURL, strings.TrimPrefix(err.Error(), "redis: "))
	}
	return client, nil
}

// mayQuotePassword tells whether a password, or a part of one, may be in the wrong component:
// one with an unescaped special character ends up in the path or in an option, and the
// library's errors quote those.
func mayQuotePassword(address string, u *url.URL) bool {
	at := 0
	if u.User != nil {
		at = 1
	}
	return strings.Count(address, "@") != at || strings.Contains(u.RawQuery, "password")
}

// A retried command would count twice and exceed the deadline: there is one attempt, of the
// command and of the dial. Client identity and maintenance notifications would cost more round
// trips before the first response. One pool is enough.
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
	o.DisableRoutingPolicies = true // the key determines the node: no need to fetch the list of commands
	return redis.NewClusterClient(o), nil
}

// orShort is the timeout of the URL, or the short one; the URL may also say "none".
func orShort(said, short time.Duration) time.Duration {
	if said > 0 {
		return said
	}
	return short
}

func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
