// Package demo is a small application that signs people in, for whoever tries the development
// server: it shows what an application gets, and what it can do with it. It has no part in the
// server: it is a client of its public endpoints, as any other application is, on an address
// of its own. It shows secrets on purpose, so it is never served outside development.
package demo
