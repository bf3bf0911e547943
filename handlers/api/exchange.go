package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

type exchangeKey struct{}

// exchange is one request as huma sees it. The response waits for the end: an error is written by the
// renderer that all routes share, not by huma.
type exchange struct {
	op      *huma.Operation
	r       *http.Request
	query   url.Values
	ctx     context.Context //nolint:containedctx // of this request
	body    io.Reader
	header  http.Header
	status  int
	answer  bytes.Buffer
	failure error
}

var _ huma.Context = (*exchange)(nil)

func newExchange(op *huma.Operation, r *http.Request, query url.Values, header http.Header) *exchange {
	x := &exchange{op: op, r: r, query: query, body: http.NoBody, header: header}
	x.ctx = context.WithValue(r.Context(), exchangeKey{}, x)
	return x
}

// errFailed stands for the failure that is kept in the exchange.
var errFailed = errors.New("api: failed")

// fail keeps the error of an operation for the renderer.
func fail(ctx context.Context, err error) error {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		x.failure = err
	}
	return errFailed
}

// fault is the error to render; nil: the response is in the exchange.
func (x *exchange) fault() error {
	switch {
	case x.failure != nil:
		return x.failure
	case x.status >= http.StatusBadRequest:
		return x.invalid()
	default:
		return nil
	}
}

func (x *exchange) answerStatus() int {
	if x.status == 0 {
		return http.StatusOK
	}
	return x.status
}

// respond writes what huma made, or returns the error to render. A caller that has the version of a
// resource is told so.
func (x *exchange) respond(w http.ResponseWriter) error {
	if err := x.fault(); err != nil {
		return err
	}
	status := x.answerStatus()
	if tag := x.header.Get("ETag"); tag != "" && x.r.Method == http.MethodGet && status == http.StatusOK && wire.NotModified(x.r, tag) {
		x.header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.WriteHeader(status)
	_, _ = w.Write(x.answer.Bytes()) // a caller that disconnected cannot be told
	return nil
}

func (x *exchange) Operation() *huma.Operation      { return x.op }
func (x *exchange) Context() context.Context        { return x.ctx }
func (x *exchange) TLS() *tls.ConnectionState       { return x.r.TLS }
func (x *exchange) Method() string                  { return x.r.Method }
func (x *exchange) Host() string                    { return x.r.Host }
func (x *exchange) RemoteAddr() string              { return x.r.RemoteAddr }
func (x *exchange) Query(name string) string        { return x.query.Get(name) }
func (x *exchange) BodyReader() io.Reader           { return x.body }
func (x *exchange) SetReadDeadline(time.Time) error { return nil } // the server has one
func (x *exchange) SetStatus(code int)              { x.status = code }
func (x *exchange) Status() int                     { return x.status }
func (x *exchange) SetHeader(name, value string)    { x.header.Set(name, value) }
func (x *exchange) AppendHeader(name, value string) { x.header.Add(name, value) }
func (x *exchange) BodyWriter() io.Writer           { return &x.answer }

// Header is a field of the request. Several lines of a list are one list (RFC 9110 section 5.3).
// There is no Accept: responses are JSON, whatever a caller says. Nor is there another Content-Type
// than JSON once checkType has passed, however it was spelled.
func (x *exchange) Header(name string) string {
	switch name {
	case "Accept":
		return ""
	case "Content-Type":
		return wire.JSONType
	case "If-Match":
		return strings.Join(x.r.Header.Values(name), ", ")
	default:
		return x.r.Header.Get(name)
	}
}

// URL has the query in the form that every reader understands alike.
func (x *exchange) URL() url.URL {
	u := *x.r.URL
	u.RawQuery = x.query.Encode()
	return u
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
