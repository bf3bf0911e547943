package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

const (
	// grownTokens are so many that partly filled pages do not matter.
	grownTokens = 100_000
	// grownTime limits the time to issue them.
	grownTime = 10 * time.Minute
)

// growths measures the growth of both databases with use.
func (s *bencher) growths(ctx context.Context) (all []finding, err error) {
	for _, of := range []struct {
		what string
		goal float64
		flow func(*system) flow
	}{
		{"client-credentials token", growthGoal, func(h *system) flow { return newClientCredentials(h.opaque, "") }},
		{"refresh", refreshGrowthGoal, func(h *system) flow { return newRefresh(h, &h.trusted, "", scope) }},
	} {
		for _, kind := range []string{"postgres", "sqlite"} {
			s.say("growth: %d times a %s on %s", grownTokens, of.what, kind)
			bytes, err := s.growthOn(ctx, kind, grownTokens, of.flow)
			if err != nil {
				return nil, fmt.Errorf("growth on %s: %w", kind, err)
			}
			all = append(all, finding{Name: "growth for each " + of.what + ", " + kind, Value: bytes, Unit: "B", Goal: goalOf(of.goal)})
		}
	}
	return all, nil
}

// growthOn returns the bytes per request that exactly so many requests of a flow add to a new
// database.
func (s *bencher) growthOn(ctx context.Context, kind string, requests int, of func(*system) flow) (perRequest float64, err error) {
	dir, err := os.MkdirTemp(s.dir, "growth-"+kind+"-")
	if err != nil {
		return 0, err
	}
	db, err := openDatabase(ctx, kind, dir)
	if err != nil {
		return 0, err
	}
	h, err := openSystem(ctx, s.binary, dir, db, s.connections)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, h.close(ctx)) }()
	f := of(h)
	if err := f.prepare(ctx, grownTime); err != nil {
		return 0, err
	}
	g := generator.New(h.address, s.connections)
	defer func() { err = errors.Join(err, g.Close()) }()
	// Rows added only by the first request, such as the grant, must not count.
	if r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: 1}, f); r.FirstError != nil {
		return 0, r.FirstError
	}
	limit := generator.Limit{Duration: grownTime, Requests: requests}
	p, err := measureRun(ctx, h, g, limit, f)
	if err := errors.Join(err, p.FirstError); err != nil {
		return 0, err
	}
	if p.Requests != requests {
		return 0, fmt.Errorf("%d requests instead of %d within %s", p.Requests, requests, grownTime)
	}
	return float64(p.grown) / float64(requests), nil
}
