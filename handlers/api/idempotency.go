package api

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const (
	keyHeader      = "Idempotency-Key"
	repeatedHeader = "Idempotent-Replayed"
	longestKey     = 255
)

// repeats carries out a request once for each key of a caller.
type repeats interface {
	Once(ctx context.Context, caller idempotency.Caller, key string, request []byte, act func(ctx context.Context) (idempotency.Response, error)) (r idempotency.Response, repeated bool, err error)
}

// idempotencyKey is the key of a request; empty: it has none.
func idempotencyKey(op *huma.Operation, r *http.Request) (string, error) {
	sent := r.Header[keyHeader]
	if len(sent) == 0 || !repeatable(op) {
		return "", nil
	}
	key := sent[0]
	printable := len(key) > 0 && len(key) <= longestKey
	for _, c := range []byte(key) {
		printable = printable && ' ' <= c && c <= '~'
	}
	if !printable || len(sent) > 1 {
		return "", invalid(keyHeader, fmt.Sprintf("must be one text of 1 to %d printable ASCII characters", longestKey))
	}
	return key, nil
}

// respondOnce responds to a request that has a key.
func (a *adapter) respondOnce(w http.ResponseWriter, x *exchange, key string, body []byte, serve func(huma.Context)) error {
	p := oauth.PrincipalOf(x.r.Context())
	if p == nil {
		return errors.New("api: an idempotency key without a caller")
	}
	kept, repeated, err := a.repeats.Once(a.prepared(x, body), callerOf(p), key, x.identity(body), func(ctx context.Context) (idempotency.Response, error) {
		// A new one for each try: a transaction that lost against another one starts again.
		try := newExchange(x.op, x.r, x.query, http.Header{})
		try.body, try.ctx = bytes.NewReader(body), context.WithValue(ctx, exchangeKey{}, try)
		serve(try)
		if err := try.fault(); err != nil {
			return idempotency.Response{}, err
		}
		r := idempotency.Response{Status: try.answerStatus(), Header: map[string]string{}, Body: try.answer.Bytes()}
		for name := range try.header {
			r.Header[name] = try.header.Get(name)
		}
		return r, nil
	})
	switch {
	case errors.Is(err, idempotency.ErrReused):
		return refusal.New(refusal.InvalidRequest, refusal.CheckIdempotencyKey, keyHeader+": was used for another request. Use a new key for each.").
			WithStatus(http.StatusUnprocessableEntity).Because(err)
	case err != nil:
		return asRefusal(err)
	}
	for name, value := range kept.Header {
		w.Header().Set(name, value)
	}
	if repeated {
		w.Header().Set(repeatedHeader, "true")
	}
	w.WriteHeader(kept.Status)
	_, _ = w.Write(kept.Body) // a caller that disconnected cannot be told
	return nil
}

// prepared is the context of a request whose password, if it has one, is ready to be stored.
func (a *adapter) prepared(x *exchange, body []byte) context.Context {
	ctx := x.r.Context()
	if marked, _ := x.op.Metadata[passwordKey].(bool); !marked {
		return ctx
	}
	var sent struct {
		Password string `json:"password"`
	}
	if wire.ParseJSON(body, &sent) != nil || sent.Password == "" {
		return ctx // what is wrong with it is said later
	}
	return a.prepare(ctx, sent.Password)
}

// callerOf names a caller. The id of a client that was deleted may be given to another one, which must not
// read what the first was answered, such as a secret: the keys of a client go with it, and the time of the
// registration, which an import may choose, tells those apart that older versions wrote. A user's is never given again.
func callerOf(p *oauth.Principal) idempotency.Caller {
	caller := p.Client.ID + "\x00" + strconv.FormatInt(p.Client.CreatedAt.UnixMicro(), 10) + "\x00"
	if !p.UserID.IsZero() {
		caller += p.UserID.String()
	}
	return idempotency.Caller{Name: caller, ClientID: p.Client.ID}
}

// identity is everything by which a request is the same as another.
func (x *exchange) identity(body []byte) []byte {
	var text []byte
	for _, part := range []string{x.op.OperationID, x.r.URL.EscapedPath(), x.query.Encode(), string(body)} {
		text = append(binary.BigEndian.AppendUint32(text, uint32(len(part))), part...) //nolint:gosec // bounded by the limit of the route
	}
	return text
}
