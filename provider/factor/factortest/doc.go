// Package factortest owns what tests need of an authenticator app. Its computation of codes is another one than
// that of package factor, so that each checks the other. It is not for production.
package factortest
