package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

const (
	// grownTokens are enough that pages which are only begun do not show.
	grownTokens = 100_000
	// grownTime bounds their issuing.
	grownTime = 10 * time.Minute
)

// growthOn is what exactly so many client-credentials tokens add to a new database, in
// bytes for each.
func (s *stage) growthOn(ctx context.Context, kind string, tokens int) (perToken float64, err error) {
	dir := filepath.Join(s.dir, "growth-"+kind)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return 0, err
	}
	db, err := openDatabase(ctx, kind, dir)
	if err != nil {
		return 0, err
	}
	h, err := openHouse(ctx, s.binary, dir, db, s.connections)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, h.close(ctx)) }()
	// The first token makes the standing grant; what that adds is not of each token.
	if _, err := h.mint(ctx, 1); err != nil {
		return 0, err
	}
	g := generator.New(h.address, s.connections)
	defer func() { err = errors.Join(err, g.Close()) }()
	limit := generator.Limit{Duration: grownTime, Requests: tokens}
	p, err := measureRun(ctx, h, g, limit, newClientCredentials(h.opaque, ""))
	if err := errors.Join(err, p.FirstError); err != nil {
		return 0, err
	}
	if p.Requests != tokens {
		return 0, fmt.Errorf("%d tokens instead of %d within %s", p.Requests, tokens, grownTime)
	}
	return float64(p.grown) / float64(tokens), nil
}
