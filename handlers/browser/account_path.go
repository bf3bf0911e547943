package browser

import (
	"net/url"
	"strings"
)

// accountPath is a path of the own account that a person may be led back to, or empty: a link to the sign-in page must not
// lead to another site, nor into an act.
func accountPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.Fragment != "" || strings.ContainsAny(path, "\\\r\n\t") || strings.Contains(u.Path, "..") {
		return ""
	}
	if u.Path != "/account" && !strings.HasPrefix(u.Path, "/account/") {
		return ""
	}
	return path
}
