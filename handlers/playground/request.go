package playground

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// request is one request to this server.
type request struct {
	method, url string
	// as authenticates by Basic; empty: nobody does.
	as Client
	// bearer is the access token of the request, or empty.
	bearer string
	// form is the body of a POST, or the query of a GET.
	form []curl.Pair
}

// post is a request of a client with a form of name, value, name, value.
func post(c Config, path string, as Client, form ...string) request {
	return request{method: http.MethodPost, url: c.Issuer + path, as: as, form: pairs(form...)}
}

func pairs(list ...string) (all []curl.Pair) {
	for pair := range slices.Chunk(list, 2) {
		all = append(all, curl.Pair{Name: pair[0], Value: pair[len(pair)-1]})
	}
	return all
}

// parameter is the value of a parameter, or empty.
func (r request) parameter(name string) string {
	for _, f := range r.form {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// encoded is the form in its order; url.Values would sort it.
func (r request) encoded() string {
	list := make([]string, len(r.form))
	for i, f := range r.form {
		list[i] = url.QueryEscape(f.Name) + "=" + url.QueryEscape(f.Value)
	}
	return strings.Join(list, "&")
}

// address is the URL with the query.
func (r request) address() string {
	if r.method == http.MethodGet && len(r.form) > 0 {
		return r.url + "?" + r.encoded()
	}
	return r.url
}

func (r request) body() string {
	if r.method == http.MethodGet {
		return ""
	}
	return r.encoded()
}

// headers are those of the request, in the order in which they are shown.
func (r request) headers() []curl.Pair {
	list := pairs("Accept", "application/json")
	if r.as.ID != "" { // RFC 6749 section 2.3.1; no demo client has a character that it would encode
		list = append(list, curl.Pair{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(r.as.ID+":"+r.as.Secret))})
	}
	if r.bearer != "" {
		list = append(list, curl.Pair{Name: "Authorization", Value: "Bearer " + r.bearer})
	}
	if r.method != http.MethodGet {
		list = append(list, curl.Pair{Name: "Content-Type", Value: wire.FormType})
	}
	return list
}

// written is the request as it is sent.
func (r request) written() string {
	var b strings.Builder
	u, err := url.Parse(r.address())
	if err != nil {
		return ""
	}
	b.WriteString(r.method + " " + u.RequestURI() + " HTTP/1.1\nHost: " + u.Host + "\n")
	for _, h := range r.headers() {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	if body := r.body(); body != "" {
		b.WriteString("\n" + body)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// command is the request as a command to paste. Curl adds the type of a form itself.
func (r request) command() string {
	c := curl.Request{URL: r.url}
	if r.method == http.MethodGet {
		c.URL = r.address()
	} else {
		c.Form = r.form
	}
	if r.as.ID != "" {
		c.User = r.as.ID + ":" + r.as.Secret
	}
	if r.bearer != "" {
		c.Headers = pairs("Authorization", "Bearer "+r.bearer)
	}
	return c.Command()
}
