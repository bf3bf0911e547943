package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
	"github.com/gatehouse-id/gatehouse/test/load/proc"
)

// system is a provider under load: its server, its database and two registered clients.
type system struct {
	*server

	db          database
	opaque, jwt credentials
	// rs256 and es256 use the code flow, with ID tokens of that algorithm.
	rs256, es256 credentials
	// trusted may use the password grant.
	trusted     credentials
	connections int
}

// credentials are the ID and secret of a client.
type credentials struct{ id, secret string }

const scope = "load:read"

// openSystem starts a provider on a database, which it then owns.
func openSystem(ctx context.Context, binary, dir string, db database, connections int) (_ *system, err error) {
	h := &system{db: db, connections: connections}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close(ctx))
		}
	}()
	if h.server, err = newServer(ctx, binary, dir, db.url()); err != nil {
		return nil, err
	}
	if h.opaque, err = h.register(ctx, "load-opaque", "--may-introspect"); err != nil {
		return nil, err
	}
	if h.jwt, err = h.register(ctx, "load-jwt", "--access-token-format", "jwt"); err != nil {
		return nil, err
	}
	if err = h.registerUsers(ctx); err != nil {
		return nil, err
	}
	_, err = h.start(ctx)
	return h, err
}

func (h *system) close(ctx context.Context) error {
	var err error
	if h.server != nil {
		err = h.stop()
	}
	return errors.Join(err, h.db.close(ctx))
}

// register creates a client that may use client credentials.
func (h *system) register(ctx context.Context, id string, flags ...string) (credentials, error) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	c := credentials{id: id, secret: hex.EncodeToString(random[:])}
	args := append([]string{"client", "create", id, c.id, c.secret, "--grant-type", "client_credentials", "--scope", scope, "--json"}, flags...)
	return c, h.cli(ctx, args...)
}

func (h *system) target() string { return h.address }

func (h *system) cpu() (cost, error) {
	server, err := proc.CPU(h.running.PID())
	if err != nil {
		return cost{}, err
	}
	outside, err := h.db.cpu()
	return cost{server: server, database: outside}, err
}

func (h *system) size(ctx context.Context) (int64, error) { return h.db.size(ctx) }

// mint gets n opaque access tokens for flows that need tokens.
func (h *system) mint(ctx context.Context, n int) ([]string, error) {
	g := generator.New(h.address, h.connections)
	collector := &tokenCollector{clientCredentials: newClientCredentials(h.opaque, ""), got: make([][]string, h.connections)}
	r := g.Run(ctx, generator.Limit{Duration: mintTime, Requests: n}, collector)
	if err := errors.Join(r.FirstError, g.Close(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("mint tokens: %w", err)
	}
	var all []string
	for _, tokens := range collector.got {
		all = append(all, tokens...)
	}
	if len(all) != n {
		return nil, fmt.Errorf("mint tokens: %d instead of %d within %s", len(all), n, mintTime)
	}
	return all, nil
}

// mintTime limits the time to get all tokens that a flow needs.
const mintTime = 2 * time.Minute

// tokenCollector records the tokens of client credentials requests.
type tokenCollector struct {
	*clientCredentials

	got [][]string // by worker
}

func (t *tokenCollector) CheckResponse(worker, i int, r generator.Response) error {
	if err := t.clientCredentials.CheckResponse(worker, i, r); err != nil {
		return err
	}
	var response struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(r.Body, &response); err != nil {
		return err
	}
	t.got[worker] = append(t.got[worker], response.AccessToken)
	return nil
}
