package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type historyQuery struct {
	ConsentID
	Page
}

func (a *API) consentHistory() {
	register(a, audit.ReadScope("consents"), huma.Operation{
		OperationID: "get-consent-history", Method: http.MethodGet, Path: "/oauth/consents/{consent_id}/history", Tags: []string{"consents"},
		Summary: "Read what was agreed to when, from where, and how it ended", Description: "Records of the audit log, the newest first, for as long as that is kept; also of a consent that was withdrawn.",
	}, a.readHistory)
}

func (a *API) readHistory(ctx context.Context, in *historyQuery) (*recordPage, error) {
	user, client, err := consent.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	list := "history of " + in.ID
	before, err := a.openID(list, in.Cursor)
	if err != nil {
		return nil, err
	}
	records, err := a.Consents.History(ctx, user, client, before, in.Limit)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 && before.IsZero() {
		// Nothing was recorded: is there such a consent at all?
		if _, err := a.Consents.Get(ctx, user, client); err != nil {
			return nil, provider.ErrNotFound
		}
	}
	return a.recordPage(list, records, in.Limit), nil
}
