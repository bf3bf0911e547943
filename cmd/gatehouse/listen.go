package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers"
)

// finishTime is how long requests in progress may take when the server stops.
const finishTime = 15 * time.Second

// listeners are the two addresses of a server and what answers on each.
type listeners struct {
	config  config
	log     *slog.Logger
	drain   *handlers.Drain
	public  http.Handler
	ops     http.Handler
	demo    http.Handler // nil outside development
	welcome io.Writer
	// server makes the public server; nil: handlers.NewHTTPServer does.
	server func(http.Handler, *slog.Logger) *http.Server
}

// run serves until ctx ends or a listener fails, with the given work beside it. It
// returns when the requests in progress and the work have ended. Stopping begins with the announcement:
// for the drain delay the server goes on, but is not ready, so that a proxy sends new
// requests elsewhere. Probes and metrics answer until the end.
func (l listeners) run(ctx context.Context, work ...func(context.Context)) error {
	publicListener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.config.Listen)
	if err != nil {
		return fmt.Errorf("%s: %w", l.config.named("listen"), err)
	}
	opsListener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.config.OpsListen)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", l.config.named("ops_listen"), err), publicListener.Close())
	}
	newServer := l.server
	if newServer == nil {
		newServer = handlers.NewHTTPServer
	}
	public := newServer(l.drain.Around(l.public), l.log)
	ops := handlers.NewOpsServer(l.ops, l.log)

	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group sync.WaitGroup
	group.Go(func() { stop(l.servePublic(public, publicListener)) })
	demo, served := l.serveDemo(ctx, &group)
	for _, w := range work {
		group.Go(func() { w(ctx) })
	}
	l.log.InfoContext(ctx, "serving", "issuer", l.config.Issuer, "listen", publicListener.Addr().String(), "ops_listen", opsListener.Addr().String(), "version", version)
	if l.config.Dev {
		welcome(l.welcome, l.config, served)
	}
	if l.config.Conformance {
		welcomeSuite(l.welcome, l.config)
	}
	// Probes are last: who is told that the server is ready finds all that belongs to it, and its lines in the log.
	group.Go(func() { stop(ops.Serve(opsListener)) })

	<-ctx.Done()
	l.log.InfoContext(ctx, "stopping", "drain_delay", l.config.DrainDelay.String())
	l.drain.Begin()
	if cause := context.Cause(ctx); errors.Is(cause, context.Canceled) { // asked to, and not for a listener that failed
		time.Sleep(l.config.DrainDelay)
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	err = errors.Join(public.Shutdown(finish), ops.Shutdown(finish), demo.Shutdown(finish))
	group.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, http.ErrServerClosed) {
		err = errors.Join(cause, err)
	}
	return err
}

// serveDemo serves the demo application where its address is free: another development server
// may have it, and this one is worth starting without.
func (l listeners) serveDemo(ctx context.Context, group *sync.WaitGroup) (s *http.Server, served bool) {
	s = handlers.NewHTTPServer(l.demo, l.log)
	if l.demo == nil {
		return s, false
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.config.DemoListen)
	if err != nil {
		l.log.WarnContext(ctx, "the demo application is not served", "cause", err)
		return s, false
	}
	group.Go(func() {
		if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			l.log.WarnContext(ctx, "the demo application stopped", "cause", err)
		}
	})
	return s, true
}

func (l listeners) servePublic(s *http.Server, listener net.Listener) error {
	if l.config.TLSCert == "" {
		return s.Serve(listener)
	}
	if s.TLSConfig == nil {
		s.TLSConfig = handlers.TLSConfig()
	}
	return s.ServeTLS(listener, l.config.TLSCert, l.config.TLSKey)
}
