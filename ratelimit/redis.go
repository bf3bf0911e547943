package ratelimit

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gatehouse-id/gatehouse/provider"
)

// defaultDeadline is how long a request waits for Redis. With a longer wait, limits would cost more
// than what they protect against.
const defaultDeadline = 50 * time.Millisecond

// ErrSecret: the secret is too short, and the keys could be guessed.
var ErrSecret = errors.New("a secret of at least 16 bytes is needed")

// The scripts decide and count for all keys in one step.
var (
	//go:embed take.lua
	takeScript string
	//go:embed return.lua
	returnScript string
)

// RedisOptions are the dependencies and settings of a Redis.
type RedisOptions struct {
	Client redis.UniversalClient
	// Secret hides IP addresses and accounts from readers of Redis. All servers that count
	// together need the same one.
	Secret []byte
	// Clock is the clock to count by; nil: Redis's own, since the servers' clocks may differ.
	Clock provider.Clock
	// Deadline is how long a request waits; 0: 50 ms.
	Deadline time.Duration
}

// Redis counts in a Redis server, for all servers that share it.
type Redis struct {
	client   redis.UniversalClient
	secret   []byte
	clock    provider.Clock
	deadline time.Duration
	take     *redis.Script
	giveBack *redis.Script
}

// NewRedis makes a Redis. It does not connect: a provider must start while Redis is unavailable.
// It returns ErrSecret.
func NewRedis(o RedisOptions) (*Redis, error) {
	if len(o.Secret) < 16 {
		return nil, fmt.Errorf("ratelimit: %w", ErrSecret)
	}
	if o.Deadline == 0 {
		o.Deadline = defaultDeadline
	}
	return &Redis{
		client: o.Client, secret: o.Secret, clock: o.Clock, deadline: o.Deadline,
		take: redis.NewScript(takeScript), giveBack: redis.NewScript(returnScript),
	}, nil
}

// Take is part of Limiter: one round trip.
func (r *Redis) Take(ctx context.Context, asks ...Ask) (Decision, error) {
	if len(asks) == 0 {
		return decide(fromRedis, nil, nil), nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.deadline)
	defer cancel()
	if r.together() || len(asks) == 1 {
		return r.takeTogether(ctx, asks)
	}
	return r.takeApart(ctx, asks)
}

func (r *Redis) takeTogether(ctx context.Context, asks []Ask) (Decision, error) {
	result, err := r.take.Run(ctx, r.client, r.keys(asks), r.args(ctx, asks)...).Int64Slice()
	if err != nil {
		return Decision{}, fmt.Errorf("ratelimit: redis: %w", err)
	}
	if len(result) != 1+len(asks) {
		return Decision{}, errResult
	}
	return decide(fromRedis, asks, result[1:]), nil
}

// Return is part of Limiter. It is sent even if the request is canceled by now.
func (r *Redis) Return(ctx context.Context, asks ...Ask) error {
	if len(asks) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.deadline)
	defer cancel()
	var err error
	if r.together() {
		err = r.giveBack.Run(ctx, r.client, r.keys(asks), r.args(ctx, asks)...).Err()
	} else {
		_, err = r.each(ctx, r.giveBack, asks)
	}
	if err != nil {
		return fmt.Errorf("ratelimit: redis: %w", err)
	}
	return nil
}

// Ping tells whether Redis responds.
func (r *Redis) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.deadline)
	defer cancel()
	if err := r.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ratelimit: redis: %w", err)
	}
	return nil
}

// args is the time (0: Redis's own), then the window and the price of each key.
func (r *Redis) args(ctx context.Context, asks []Ask) []any {
	args := make([]any, 0, 1+2*len(asks))
	now := int64(0)
	if r.clock != nil {
		now = r.clock.Now(ctx).UnixMicro()
	}
	args = append(args, now)
	for _, a := range asks {
		args = append(args, a.limit().window(), a.limit().price(a.Cost))
	}
	return args
}

var errResult = errors.New("ratelimit: redis: unexpected response from the script")
