package main

import (
	"fmt"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/playground"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// playgroundPath is where the page is that shows each request of a flow, or empty in production.
func (c *config) playgroundPath() string {
	if !c.Dev {
		return ""
	}
	return playground.Path
}

// playgroundRoutes show developers each request of a flow; none in production.
func (e *environment) playgroundRoutes(c config, frame handlers.Config, web *websession.Sessions, t *telemetry) ([]route.Route, error) {
	if !c.Dev {
		return nil, nil
	}
	options, err := c.outboundOptions(t.aroundFetches)
	if err != nil {
		return nil, err
	}
	server, err := outbound.NewOrigin(options, c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	clients := map[string]transcript.Client{}
	for _, d := range demoClients(c) {
		clients[d.ID] = transcript.Client{ID: d.ID, Secret: d.secret}
	}
	user := demoUsers()[0]
	return playground.New(playground.Config{
		Issuer: c.Issuer, Paths: c.paths(),
		Web: clients["demo-web"], Service: clients["demo-service"], Trusted: clients["demo-trusted"],
		Username: user.Username, Password: user.password,
		Server: server, Browsers: web, Records: frame.Records, Refusals: frame.Refusals, Pages: frame.Pages, Clock: e.clock, Random: e.random,
	}).Routes(), nil
}
