package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	client "github.com/redis/go-redis/v9"

	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// redis is a private server for the rate limits of a gatehouse.
type redis struct {
	server *services.RedisServer
	admin  client.UniversalClient
}

func startRedis() (*redis, error) {
	server, err := services.StartRedis()
	if err != nil {
		return nil, err
	}
	r := &redis{server: server}
	if r.admin, err = ratelimit.NewClient(r.url()); err != nil {
		server.Stop()
		return nil, err
	}
	return r, nil
}

func (r *redis) url() string { return "redis://" + r.server.Address() }

// reads returns the number of reads of the server: one for each round trip of a connection
// without pipelining, including the INFO command of this call.
func (r *redis) reads(ctx context.Context) (int64, error) {
	info, err := r.admin.Info(ctx, "stats").Result()
	if err != nil {
		return 0, fmt.Errorf("read the statistics of Redis: %w", err)
	}
	found := regexp.MustCompile(`total_reads_processed:(\d+)`).FindStringSubmatch(info)
	if found == nil {
		return 0, errors.New("this version of Redis does not report the number of reads")
	}
	return strconv.ParseInt(found[1], 10, 64)
}

func (r *redis) close() error {
	defer r.server.Stop()
	return r.admin.Close()
}
