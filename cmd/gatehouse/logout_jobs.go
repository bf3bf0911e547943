package main

import (
	"log/slog"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/storage"
)

// logoutJob tells clients of the sessions that have ended.
func (e *environment) logoutJob(h *instance, directory *client.Directory, t *telemetry, log *slog.Logger) (storage.Job, error) {
	post, err := h.config.poster(t.aroundFetches)
	if err != nil {
		return storage.Job{}, err
	}
	fetch, err := h.config.outbound(t.aroundFetches)
	if err != nil {
		return storage.Job{}, err
	}
	answers := oauth.NewAnswers(h.subjects, h.keys, oauth.NewClientKeys(fetch, e.clock))
	sender := logout.NewSender(h.store, directory, oauth.NewLogoutTokens(answers, h.config.Issuer, e.clock), post, e.clock, e.random, log, t.loggedOut)
	return storage.Job{Name: "logouts", Every: time.Second, Lease: 5 * time.Second, Due: sender.Due, Work: sender.Start}, nil
}
