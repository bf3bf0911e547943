// Package demo is a small application that signs users in, for trying out the development server:
// it shows what an application gets, and what it can do with it. It is not part of the server, but
// a client of its public endpoints like any other application, on its own address. It deliberately
// shows secrets, so it is never served outside development.
package demo
