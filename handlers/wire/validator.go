package wire

import (
	"net/http"
	"strings"
)

// NotModified tells whether the caller has the response with the given strong ETag: one of the tags
// that it sent matches by weak comparison, or it sent "*" (RFC 9110 section 13.1.2). Proxies that
// compress make a tag weak, and caches send all tags that they have.
func NotModified(r *http.Request, tag string) bool {
	for _, line := range r.Header["If-None-Match"] {
		if strings.TrimSpace(line) == "*" {
			return true
		}
		for rest := line; ; {
			begin := strings.IndexByte(rest, '"')
			if begin < 0 {
				break
			}
			length := strings.IndexByte(rest[begin+1:], '"')
			if length < 0 {
				break
			}
			end := begin + 1 + length + 1
			if rest[begin:end] == tag {
				return true
			}
			rest = rest[end:]
		}
	}
	return false
}
