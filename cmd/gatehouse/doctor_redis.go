package main

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// redisPatience is more than a request has: here the connection is new, and a person would
// rather wait than read that there was no time.
const redisPatience = 3 * time.Second

func (e *environment) examineRedis(ctx context.Context, c config) finding {
	switch {
	case c.RedisURL == "" && c.postgres():
		return finding{"redis", warning, "GATEHOUSE_REDIS_URL is not set: every server counts rate limits for itself, and together they let through several times as much"}
	case c.RedisURL == "":
		return finding{"redis", fine, "not set: rate limits are counted in the server itself"}
	}
	switch err := e.countInRedis(ctx, c.RedisURL); {
	case errors.Is(err, ratelimit.ErrURL):
		return finding{"redis", wrong, c.named("redis_url") + " " + explainError(err)}
	case err != nil:
		return finding{"redis", wrong, c.named("redis_url") + ": " + explainError(err)}
	}
	return finding{"redis", fine, "answers"}
}

// countInRedis takes from a budget of its own and gives back, as servers do. A PING would not
// show what the user may not do, and fails for one that may do just what is needed.
func (e *environment) countInRedis(ctx context.Context, address string) error {
	client, err := ratelimit.NewClient(address)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }() // what it was for is done
	counter, err := ratelimit.NewRedis(ratelimit.RedisOptions{
		Client:   client,
		Secret:   []byte(e.randomHex(16)), // random, so that no server counts by the same key
		Deadline: redisPatience,
	})
	if err != nil {
		return err
	}
	budget := ratelimit.Ask{Policy: &ratelimit.Policy{Name: "doctor", Limit: ratelimit.Limit{Rate: 1, Per: time.Second, Burst: 1}}}
	if _, err := counter.Take(ctx, budget); err != nil {
		return err
	}
	return counter.Return(ctx, budget)
}
