// Package resource is the middleware that protects an API.
package resource
