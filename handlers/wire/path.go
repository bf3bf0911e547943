package wire

import "net/url"

// Path is a path with a query of the values that are not empty. It takes the others out of query.
func Path(path string, query url.Values) string {
	for name := range query {
		if query.Get(name) == "" {
			query.Del(name)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
