package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

type errorID struct {
	ID string `path:"error_id" maxLength:"600" doc:"Last part of an error_uri"`
}

type explained struct {
	Time        time.Time `json:"time"`
	Error       string    `json:"error"`
	Check       string    `json:"check" doc:"What refused the request"`
	ClientID    string    `json:"client_id,omitempty"`
	Field       string    `json:"field,omitempty" doc:"What was compared"`
	Expected    string    `json:"expected,omitempty"`
	Received    string    `json:"received,omitempty"`
	Route       string    `json:"route,omitempty"`
	RequestID   string    `json:"request_id,omitempty"`
	Explanation string    `json:"explanation"`
	Fix         string    `json:"fix"`
	Command     string    `json:"command,omitempty" doc:"Registers what was received, if it belongs to the client"`
}

type explainedOutput struct{ Body explained }

func (a *API) errorRecords() {
	register(a, audit.ReadScope("errors"), huma.Operation{
		OperationID: "get-error", Method: http.MethodGet, Path: "/errors/{error_id}", Tags: []string{"errors"}, Errors: []int{http.StatusNotFound},
		Summary: "Explain a refusal", Description: "All that the server knows about it. Nothing is stored for this: the record is the id, sealed.",
	}, func(_ context.Context, in *errorID) (*explainedOutput, error) {
		r, err := a.Records.Open(in.ID)
		if errors.Is(err, refusal.ErrUnknownID) {
			return nil, provider.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		e := a.Refusals.Explain(r.Check)
		return &explainedOutput{explained{
			r.At, string(r.Code), string(r.Check), r.ClientID, string(r.Field), r.Expected, r.Received, r.Route, r.RequestID, e.Explanation, e.Fix, r.Command(),
		}}, nil
	})
}
