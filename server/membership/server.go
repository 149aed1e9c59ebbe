package membership

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Local is the member that a Server speaks for.
type Local interface {
	Status(ctx context.Context) Status
	// Admit puts the member of this name on the list as a learner, in place
	// of any that had its name before.
	Admit(ctx context.Context, name string) (Admission, error)
	// Dismiss takes the member of this name off the list, and keeps it off.
	Dismiss(ctx context.Context, name string) error
	// Readmit lets the member of this name in again that was dismissed.
	Readmit(ctx context.Context, name string) error
	// Retire makes the member unready, and another one the leader: it is
	// about to be dismissed, or stopped.
	Retire(ctx context.Context) error
	// Resume makes it ready again.
	Resume(ctx context.Context) error
	// Heard is called when the member with this host name, as its certificate
	// has it, asks anything; remote is the address and port it seems to ask from.
	// It may take until ctx ends.
	Heard(ctx context.Context, host, remote string)
	// Standing is what the member's Raft knows now; false if there is none.
	Standing() (Standing, bool)
}

// Server answers other members.
type Server struct {
	http     *http.Server
	listener net.Listener
	streams  *streams
	done     chan struct{}
}

// requestTimeout bounds a request, the change of the list included.
const requestTimeout = 10 * time.Second

// Listen starts a server on address. config asks for certificates; hostOf is
// the host name that the certificate of a member with some name has, so that
// none is let in under the name of another.
func Listen(address string, config *tls.Config, hostOf func(name string) string, local Local, log *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for other members: %w", err)
	}
	closing, shutDown := context.WithCancel(context.Background())
	streams := &streams{local: local, open: map[net.Conn]bool{}}
	s := &Server{listener: listener, streams: streams, done: make(chan struct{}), http: &http.Server{
		Handler:           greeting(closing, local, routes(hostOf, local, streams, closing.Done())),
		TLSConfig:         config.Clone(), // the server adds to it
		ReadHeaderTimeout: requestTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      2 * requestTimeout,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	s.http.RegisterOnShutdown(shutDown)
	go func() {
		defer close(s.done)
		_ = s.http.ServeTLS(listener, "", "") // ends by Close alone
	}()
	return s, nil
}

// Close stops the server, and waits for requests under way.
func (s *Server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
	s.streams.end() // which the HTTP server knows nothing of
	<-s.done
}

// greeting tells the local member who makes a request, and where it seems to
// come from. The first name in a member's certificate is its own.
func greeting(closing context.Context, local Local, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if names := r.TLS.PeerCertificates[0].DNSNames; len(names) > 0 {
			go local.Heard(closing, names[0], r.RemoteAddr)
		}
		handler.ServeHTTP(w, r)
	})
}

func routes(hostOf func(string) string, local Local, streams *streams, closing <-chan struct{}) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+standingPath, streams.serve)
	mux.HandleFunc("GET "+attendPath, func(w http.ResponseWriter, r *http.Request) {
		// The answer ends when the member does, however long that is.
		connection := http.NewResponseController(w)
		_ = connection.SetReadDeadline(time.Time{})
		_ = connection.SetWriteDeadline(time.Time{})
		_ = connection.Flush()
		select {
		case <-closing:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("GET "+statusPath, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), askTimeout/2)
		defer cancel()
		answer(w, local.Status(ctx), nil)
	})
	mux.HandleFunc("POST "+joinPath, func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		if err := r.TLS.PeerCertificates[0].VerifyHostname(hostOf(name)); err != nil {
			http.Error(w, fmt.Sprintf("the certificate is not that of %s: %v", name, err), http.StatusForbidden)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		admission, err := local.Admit(ctx, name)
		answer(w, admission, err)
	})
	mux.HandleFunc("POST "+leavePath, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		answer(w, struct{}{}, local.Dismiss(ctx, r.PathValue("name")))
	})
	mux.HandleFunc("POST "+returnPath, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		answer(w, struct{}{}, local.Readmit(ctx, r.PathValue("name")))
	})
	for path, do := range map[string]func(context.Context) error{retirePath: local.Retire, resumePath: local.Resume} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
			defer cancel()
			answer(w, struct{}{}, do(ctx))
		})
	}
	return mux
}

// answer sends value, or why there is none: then the request may be sent
// again, here or to another member.
func answer(w http.ResponseWriter, value any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // fails only if nobody listens any more
}
