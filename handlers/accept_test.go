package handlers

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPrefers(t *testing.T) {
	t.Parallel()
	for accept, html := range map[string]bool{
		"":                                 false,
		"*/*":                              false,
		"text/html":                        true,
		"TEXT/HTML ; charset=utf-8":        true,
		"text/*":                           true,
		"text/html, application/json":      false,
		"text/html;q=0.4,application/json": false,
		"text/html,application/json;q=0.4": true,
		"*/*,text/html;q=0":                false,
		"*/*;q=0.1,text/html;q=0.2":        true,
		"text/html;q=NaN":                  false,
		"text/html;q=2":                    false,
		"text/html;q=":                     false,
		";;,,=;q":                          false,
		"application/json;q=0,*/*":         true,
		"text/html, image/gif, *; q=.2, */*;q=.2": true,
	} {
		r := &http.Request{Header: http.Header{"Accept": {accept}}}
		assert.Equal(t, html, prefers(r, typeHTML, typeJSON), "%q", accept)
	}
}
