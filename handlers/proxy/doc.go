// Package proxy protects an API that cannot import provider/resource, such as one in another language.
// It stands before the API as a reverse proxy, or beside another proxy that asks it about each request
// (forward authentication). Tokens are checked by provider/resource alone.
//
//	request -> path (refused unless everybody reads it alike) -> route (longest prefix)
//	        -> provider/resource (token, scopes) -> identity (headers, assertion) -> upstream
//
// The API is told who a request is from in headers, which are removed from what a client sends, and in
// one of them that is signed, for an API that does not want to trust everybody who can reach it.
package proxy
