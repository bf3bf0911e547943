package transcript

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// Client is an application that authenticates by Basic.
type Client struct {
	ID, Secret string
	// Placeholder: Secret is a word for it, which no encoding must hide.
	Placeholder bool
}

// Request is a request to an endpoint.
type Request struct {
	Method, URL string
	// As authenticates by Basic; no ID: nobody does.
	As Client
	// Bearer is the access token of the request, or empty.
	Bearer string
	// Form is the body of a POST, or the query of a GET.
	Form []curl.Pair
}

// Pairs makes pairs of name, value, name, value.
func Pairs(list ...string) (all []curl.Pair) {
	for pair := range slices.Chunk(list, 2) {
		all = append(all, curl.Pair{Name: pair[0], Value: pair[len(pair)-1]})
	}
	return all
}

// Parameter is the value of a parameter, or empty.
func (r Request) Parameter(name string) string {
	for _, f := range r.Form {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// encoded is the form in its order; url.Values would sort it.
func (r Request) encoded() string {
	list := make([]string, len(r.Form))
	for i, f := range r.Form {
		list[i] = url.QueryEscape(f.Name) + "=" + url.QueryEscape(f.Value)
	}
	return strings.Join(list, "&")
}

// Address is the URL with the query.
func (r Request) Address() string {
	if r.Method == http.MethodGet && len(r.Form) > 0 {
		return r.URL + "?" + r.encoded()
	}
	return r.URL
}

// Body is that of a POST.
func (r Request) Body() string {
	if r.Method == http.MethodGet {
		return ""
	}
	return r.encoded()
}

// user is the name and the password of Basic, which are encoded before (RFC 6749 section 2.3.1).
func (r Request) user() string { return url.QueryEscape(r.As.ID) + ":" + url.QueryEscape(r.As.Secret) }

// Headers are those of the request, in the order in which they are shown.
func (r Request) Headers() []curl.Pair {
	list := Pairs("Accept", "application/json")
	switch {
	case r.As.ID == "":
	case r.As.Placeholder:
		list = append(list, curl.Pair{Name: "Authorization", Value: "Basic base64(" + r.user() + ")"})
	default:
		list = append(list, curl.Pair{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(r.user()))})
	}
	if r.Bearer != "" {
		list = append(list, curl.Pair{Name: "Authorization", Value: "Bearer " + r.Bearer})
	}
	if r.Method != http.MethodGet {
		list = append(list, curl.Pair{Name: "Content-Type", Value: wire.FormType})
	}
	return list
}

// Header is Headers as net/http has it.
func (r Request) Header() http.Header {
	h := http.Header{}
	for _, pair := range r.Headers() {
		h.Add(pair.Name, pair.Value)
	}
	return h
}

// Masked is the request with another text in the place of the secret of the client and in that of the parameters.
func (r Request) Masked(text string, parameters ...string) Request {
	if r.As.ID != "" {
		r.As.Secret, r.As.Placeholder = text, true
	}
	r.Form = slices.Clone(r.Form)
	for i, f := range r.Form {
		if slices.Contains(parameters, f.Name) {
			r.Form[i].Value = text
		}
	}
	return r
}

// HTTP is the request as it is sent.
func (r Request) HTTP() string {
	var b strings.Builder
	u, err := url.Parse(r.Address())
	if err != nil {
		return ""
	}
	b.WriteString(r.Method + " " + u.RequestURI() + " HTTP/1.1\nHost: " + u.Host + "\n")
	for _, h := range r.Headers() {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	if body := r.Body(); body != "" {
		b.WriteString("\n" + body)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Command is the request as a command to paste. Curl adds the type of a form itself.
func (r Request) Command() string {
	c := curl.Request{URL: r.URL}
	if r.Method == http.MethodGet {
		c.URL = r.Address()
	} else {
		c.Form = r.Form
	}
	if r.As.ID != "" {
		c.User = r.user()
	}
	if r.Bearer != "" {
		c.Headers = Pairs("Authorization", "Bearer "+r.Bearer)
	}
	return c.Command()
}
