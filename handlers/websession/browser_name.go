package websession

import (
	"net/http"

	"github.com/mileusna/useragent"
)

// longestAgent bounds what is read of a User-Agent, in bytes.
const longestAgent = 512

// BrowserName is what a browser says about itself, such as "Firefox, Windows"; empty: nothing that is
// known. It is for messages to people, who see whether it is theirs.
func BrowserName(r *http.Request) string {
	agent := r.Header.Get("User-Agent")
	known := useragent.Parse(agent[:min(len(agent), longestAgent)])
	switch {
	case known.IsUnknown() || known.Name == "" || known.OS == "":
		return ""
	default:
		return known.Name + ", " + known.OS
	}
}
