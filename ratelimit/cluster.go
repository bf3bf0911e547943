package ratelimit

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// together tells whether one script may use all keys of a request. On a Cluster it may not:
// the budgets of a client and of an IP address have nothing in common that would put them into
// the same hash slot.
func (r *Redis) together() bool {
	_, one := r.client.(*redis.Client)
	return one
}

// takeApart takes from each budget separately, in one pipeline, and returns what was taken when
// another budget refuses. Until then a concurrent request may find less than is available and
// be refused; none gets more.
func (r *Redis) takeApart(ctx context.Context, asks []Ask) (Decision, error) {
	results, err := r.each(ctx, r.take, asks)
	if err != nil {
		return Decision{}, fmt.Errorf("ratelimit: redis: %w", err)
	}
	var taken []Ask
	used := make([]int64, len(asks))
	for i, result := range results {
		if len(result) != 2 {
			return Decision{}, errResult
		}
		if used[i] = result[1]; result[0] == 1 {
			taken = append(taken, asks[i])
		}
	}
	if len(taken) < len(asks) && len(taken) > 0 {
		// Within the rest of the deadline. If this fails, part of a budget is lost until it refills;
		// the refusal stands.
		_, _ = r.each(ctx, r.giveBack, taken)
	}
	return decide(fromRedis, asks, used), nil
}

// each runs a script for every ask, in one pipeline. Asks whose node does not have the script
// are sent again in a second one.
func (r *Redis) each(ctx context.Context, script *redis.Script, asks []Ask) ([][]int64, error) {
	commands := make([]*redis.Cmd, len(asks))
	all := make([]int, len(asks))
	for i := range asks {
		all[i] = i
	}
	send := func(which []int, run func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) {
		// Errors are read from each command.
		_, _ = r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, i := range which {
				one := asks[i : i+1]
				commands[i] = run(ctx, p, r.keys(one), r.args(ctx, one)...)
			}
			return nil
		})
	}
	send(all, script.EvalSha)
	var unknown []int
	for i, c := range commands {
		if redis.HasErrorPrefix(c.Err(), "NOSCRIPT") {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) > 0 {
		send(unknown, script.Eval)
	}
	results := make([][]int64, len(asks))
	for i, c := range commands {
		var err error
		if results[i], err = c.Int64Slice(); err != nil {
			return nil, err
		}
	}
	return results, nil
}
