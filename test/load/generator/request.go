package generator

import (
	"encoding/base64"
	"fmt"
	"net/url"
)

// Get returns the bytes of a GET request.
func Get(host, path string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host)
}

// PostFormBody returns the bytes of a request that posts a form without an Authorization
// header.
func PostFormBody(host, path string, form url.Values) []byte {
	body := form.Encode()
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, host, len(body), body)
}

// PostForm returns the bytes of a request that posts a form with client_secret_basic
// authentication, where ID and secret are form-encoded first (RFC 6749 section 2.3.1).
func PostForm(host, path, id, secret string, form url.Values) []byte {
	body := form.Encode()
	credentials := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id) + ":" + url.QueryEscape(secret)))
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, host, credentials, len(body), body)
}
