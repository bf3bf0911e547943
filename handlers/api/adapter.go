package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// adapter makes a line of the route table from each operation.
type adapter struct {
	routes []route.Route
	limits []string
}

// Handle is part of huma.Adapter.
func (a *adapter) Handle(op *huma.Operation, serve func(huma.Context)) {
	scope, _ := op.Metadata[scopeKey].(string)
	a.routes = append(a.routes, route.Route{
		Name: "api " + op.OperationID, Methods: []string{op.Method}, Path: Prefix + op.Path,
		Protection: route.Admin(scope), Errors: route.JSON, Policies: a.limits, MaxBody: maxBody,
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			if err := checkPath(r); err != nil {
				return err
			}
			query, err := readQuery(op, r)
			if err != nil {
				return err
			}
			x := &exchange{op: op, r: r, query: query, header: w.Header()}
			x.ctx = context.WithValue(r.Context(), exchangeKey{}, x)
			serve(x)
			return x.respond(w)
		},
	})
}

// ServeHTTP is part of huma.Adapter; requests come through the route table.
func (*adapter) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }

type exchangeKey struct{}

// exchange is one request as huma sees it. The response waits for the end: an error is written by the
// renderer that all routes share, not by huma.
type exchange struct {
	op      *huma.Operation
	r       *http.Request
	query   url.Values
	ctx     context.Context //nolint:containedctx // of this request
	header  http.Header
	status  int
	body    bytes.Buffer
	failure error
}

var _ huma.Context = (*exchange)(nil)

// errFailed stands for the failure that is kept in the exchange.
var errFailed = errors.New("api: failed")

// fail keeps the error of an operation for the renderer.
func fail(ctx context.Context, err error) error {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		x.failure = err
	}
	return errFailed
}

// respond writes what huma made, or returns the error to render.
func (x *exchange) respond(w http.ResponseWriter) error {
	switch {
	case x.failure != nil:
		return x.failure
	case x.status >= http.StatusBadRequest:
		return x.invalid()
	}
	if x.status == 0 {
		x.status = http.StatusOK
	}
	w.WriteHeader(x.status)
	_, _ = w.Write(x.body.Bytes()) // a caller that disconnected cannot be told
	return nil
}

// invalid is the refusal of a request that is not what its schema says.
func (x *exchange) invalid() error {
	status := x.status
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	var model huma.ErrorModel
	if err := json.Unmarshal(x.body.Bytes(), &model); err != nil {
		return err
	}
	description := model.Detail + "."
	if len(model.Errors) > 0 {
		description = model.Errors[0].Message + "."
		if where := pointer(model.Errors[0].Location); where != "" {
			description = where + ": " + description
		}
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, description).WithStatus(status)
}

// pointer is the JSON pointer (RFC 6901) of a location such as body.redirect_uris[0], and for a
// parameter its name.
func pointer(location string) string {
	in, rest, _ := strings.Cut(location, ".")
	if in != "body" || rest == "" {
		return rest
	}
	return "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(rest)
}

func (x *exchange) Operation() *huma.Operation      { return x.op }
func (x *exchange) Context() context.Context        { return x.ctx }
func (x *exchange) TLS() *tls.ConnectionState       { return x.r.TLS }
func (x *exchange) Method() string                  { return x.r.Method }
func (x *exchange) Host() string                    { return x.r.Host }
func (x *exchange) RemoteAddr() string              { return x.r.RemoteAddr }
func (x *exchange) Query(name string) string        { return x.query.Get(name) }
func (x *exchange) Header(name string) string       { return x.r.Header.Get(name) }
func (x *exchange) BodyReader() io.Reader           { return x }
func (x *exchange) SetReadDeadline(time.Time) error { return nil } // the server has one
func (x *exchange) SetStatus(code int)              { x.status = code }
func (x *exchange) Status() int                     { return x.status }
func (x *exchange) SetHeader(name, value string)    { x.header.Set(name, value) }
func (x *exchange) AppendHeader(name, value string) { x.header.Add(name, value) }
func (x *exchange) BodyWriter() io.Writer           { return &x.body }

// URL has the query in the form that every reader understands alike.
func (x *exchange) URL() url.URL {
	u := *x.r.URL
	u.RawQuery = x.query.Encode()
	return u
}

// Read reads the body, and keeps an error of it for the renderer: it is the caller's fault when the
// body is too large or cut off.
func (x *exchange) Read(p []byte) (int, error) {
	n, err := x.r.Body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		x.failure = err
	}
	return n, err
}

func (x *exchange) Version() huma.ProtoVersion {
	return huma.ProtoVersion{Proto: x.r.Proto, ProtoMajor: x.r.ProtoMajor, ProtoMinor: x.r.ProtoMinor}
}

func (x *exchange) Param(name string) string {
	value, err := url.PathUnescape(mux.Vars(x.r)[name])
	if err != nil {
		return ""
	}
	return value
}

func (x *exchange) EachHeader(each func(name, value string)) {
	for name, values := range x.r.Header {
		for _, value := range values {
			each(name, value)
		}
	}
}

func (*exchange) GetMultipartForm() (*multipart.Form, error) { return nil, errors.New("api: no forms") }
