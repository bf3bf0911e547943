package main

import (
	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
)

// console is the pages of administrators.
func (h *instance) console(web *websession.Sessions, set *pages.Set) (*console.Console, error) {
	networks, err := h.config.consoleAllow()
	if err != nil {
		return nil, err
	}
	return console.New(console.Config{
		Networks: networks, Factors: h.demands, Figures: h.store, Demo: h.config.Dev,
		Users: h.store, Accounts: h.users, SecondFactors: h.factors, Passkeys: h.passkeys, Sessions: h.sessions, Apps: h.apps, Audit: h.store,
		LogoutPath: h.config.paths().EndSession, Web: web, Pages: set, Clock: web.Clock,
	})
}
