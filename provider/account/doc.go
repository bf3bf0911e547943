// Package account owns users: who they are, what they are called, and the proof of their
// password.
//
//	Registry   creates users and changes them; every rule about names and passwords
//	SignIn     user name and password -> user, or one refusal for every reason
//	Throttle   how often that may fail, per account and per address
//
// It does not know browsers, cookies or sign-in sessions (package session), nor what a
// user allowed an application (packages consent and grant).
package account
