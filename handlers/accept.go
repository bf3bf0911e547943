package handlers

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	typeHTML = "text/html"
	typeJSON = "application/json"
)

// prefers tells whether the client prefers the first media type to the second (RFC 9110 section
// 12.5.1). Without an Accept header there is no preference.
func prefers(r *http.Request, first, second string) bool {
	accept := strings.Join(r.Header["Accept"], ",")
	return quality(accept, first) > quality(accept, second)
}

// quality is the weight of a media type; the most specific matching range counts.
func quality(accept, mediaType string) float64 {
	kind, _, _ := strings.Cut(mediaType, "/")
	best, weight := 0, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		closeness := 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case mediaType:
			closeness = 3
		case kind + "/*":
			closeness = 2
		case "*/*":
			closeness = 1
		}
		if closeness > best {
			best, weight = closeness, parseWeight(params)
		}
	}
	return weight
}

// parseWeight reads ";q=0.5"; a malformed weight counts as 0.
func parseWeight(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}
