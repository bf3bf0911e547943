// Package storagetest is what every database behind package storage must do: one suite, a
// file per aggregate, races included. It also reads databases from outside, for tests that
// ask what is really in them.
package storagetest
