package main

import (
	"context"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
)

// redisHook counts and traces commands, without their keys.
type redisHook struct{ *telemetry }

var _ redis.Hook = redisHook{}

// DialHook is part of redis.Hook. A connection that fails fails the command that wanted it.
func (redisHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook is part of redis.Hook.
func (h redisHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return h.observed(ctx, cmd.Name(), func(ctx context.Context) error { return next(ctx, cmd) })
	}
}

// ProcessPipelineHook is part of redis.Hook.
func (h redisHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		return h.observed(ctx, "pipeline", func(ctx context.Context) error { return next(ctx, commands) })
	}
}

func (h redisHook) observed(ctx context.Context, name string, do func(context.Context) error) error {
	end := nothingToEnd
	if h.traces != nil && trace.SpanFromContext(ctx).IsRecording() {
		ctx, end = h.traces.call(ctx, name, semconv.DBSystemNameRedis)
	}
	began := h.clock()
	err := do(ctx)
	// An answer that is no fault: the key is not there, or the script has to be sent first.
	fault := err
	if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT") {
		fault = nil
	}
	h.metrics.Redis.RedisCommand(h.clock().Sub(began).Seconds(), fault != nil)
	end(fault)
	return err
}
